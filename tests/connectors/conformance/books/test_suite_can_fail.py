"""The suite finds what it is there to find: each mistake turns its case red, which is green without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connectors.economic import Economic
from connectors.economic.client import EconomicClient
from shared.domain.document import DocumentKind, FoundDocument, Place, SendBy
from shared.errors import NeedsUser
from tests.connectors.conformance.books import mutants
from tests.connectors.conformance.books import mutants_in_checks as checks
from tests.connectors.conformance.books import mutants_in_customers as customers
from tests.connectors.conformance.books import mutants_in_lives as lives
from tests.connectors.conformance.books import mutants_in_manners as manners
from tests.connectors.conformance.books import mutants_in_rates as rates
from tests.connectors.conformance.books import mutants_in_saying as saying
from tests.connectors.conformance.books import mutants_in_writing as writing
from tests.connectors.conformance.books.accounting import AccountingConformance
from tests.connectors.conformance.books.mutants import of, talking
from tests.connectors.conformance.books.rig import REFERENCE, BooksRig, Texts
from tests.connectors.conformance.books.saying import MARKED
from tests.connectors.conformance.judge import RED, run_case
from tests.connectors.conformance.rig import CUSTOMER, VendorError
from tests.connectors.economic.rig import EconomicRig

ORDER, INVOICE = DocumentKind.ORDER, DocumentKind.INVOICE
CREATE = "create_document of an order"
FINDS = "test_our_reference_comes_first_and_finds_the_document_whatever_stands_behind_it"
DROPS = "a line that drops after the work"

#: A client, a case that it fails, and what the case is given.
TALKING: Sequence[tuple[type[EconomicClient], str, *tuple[Any, ...]]] = (
    (mutants.TakesAKeyOfItsOwn, "test_the_same_request_twice_is_one_document", ORDER),
    (mutants.TakesAKeyOfItsOwn, "test_after_silence_the_same_request_finds_the_one_document", INVOICE),
    (mutants.TakesAKeyOfItsOwn, "test_a_request_sent_again_while_the_first_is_under_way_is_one_document"),
    (mutants.TakesAKeyOfItsOwn, "test_a_customer_is_made_once_and_found_from_then_on"),
    (mutants.TakesAKeyOfItsOwn, "test_a_product_is_made_once_and_found_from_then_on"),
    (mutants.TakesOneKeyForAll, "test_two_orders_of_the_shop_are_two_documents"),
    (mutants.KnocksAgain, "test_what_the_books_refuse_is_for_the_user_and_makes_nothing", ORDER, "a barred product"),
    (mutants.HopesItWasNotMade, "test_a_change_that_may_have_been_made_is_unknown", CREATE),
    (mutants.HopesItWasNotMade, "test_a_change_that_is_made_later_is_found_later", CREATE),
    (mutants.MakesTwo, "test_a_change_that_was_made_without_a_word_is_unknown_and_found", CREATE, DROPS),
    (mutants.MakesTwo, "test_a_key_that_was_used_for_something_else_leaves_the_outcome_open"),
    (mutants.ComputesInFloats, "test_a_draft_comes_to_what_was_planned_to_the_cent", ORDER, 0),
    (mutants.TakesNetForGross, "test_a_draft_comes_to_what_was_planned_to_the_cent", INVOICE, 1),
    (mutants.TakesAlikeForEqual, "test_a_reference_that_is_only_alike_is_not_found", ORDER),
    (mutants.AsksUnescaped, "test_a_reference_of_any_characters_finds_itself", ORDER),
    (mutants.AsksUnescaped, "test_an_address_of_any_characters_finds_itself_only"),
    (mutants.ReadsTheFirstPage, "test_a_document_behind_the_first_page_is_found", INVOICE),
    (mutants.AsksForTheBookedFirst, "test_a_document_that_moves_during_the_search_is_found", INVOICE, Place.BOOKED),
    (mutants.AsksForTheBookedFirst, "test_a_document_that_moves_during_the_search_is_found", ORDER, Place.SENT),
    (mutants.ExpectsToFind, "test_nothing_is_found_in_empty_books"),
    (mutants.LooksEverywhere, "test_a_document_is_read_where_it_is_and_nowhere_else", ORDER, Place.SENT),
    (mutants.LooksAmongDraftsOnly, "test_a_booked_invoice_is_the_draft_to_the_cent"),
    (mutants.LooksAmongDraftsOnly, "test_a_change_that_was_made_without_a_word_is_unknown_and_found", "book", DROPS),
    (mutants.OverlooksTheArchive, "test_a_document_is_found_in_every_place"),
    (mutants.IsContentWithOne, "test_two_documents_of_one_reference_are_both_found"),
    (mutants.IsContentWithOne, "test_when_the_books_forgot_the_key_the_reference_still_finds_it"),
    (mutants.IsContentWithOne, "test_all_customers_of_an_address_are_found", 2),
    (mutants.FindsNothingInABadHour, "test_a_search_that_fails_half_way_does_not_say_that_there_is_nothing"),
    (mutants.FindsNothingInABadHour, "test_a_rate_limit_is_obeyed", "find_by_reference"),
    (mutants.FindsNothingInABadHour, "test_a_budget_that_ends_half_way_ends_the_call", "find_by_reference"),
    (mutants.TrustsTheNumber, "test_a_strangers_draft_under_our_number_is_left_alone", "book", "SL1-1"),
    (mutants.TrustsTheNumber, "test_a_strangers_draft_under_our_number_is_left_alone", "delete an order", ""),
    (mutants.DeletesWithoutLooking, "test_a_number_that_no_draft_has_ends_nothing", "delete an invoice"),
    (mutants.DeletesThemAll, "test_a_draft_of_ours_is_deleted", INVOICE),
    (mutants.TakesGoneForDone, "test_an_end_that_came_already_does_not_come_again", "delete an order"),
    (mutants.TakesGoneForDone, "test_a_draft_that_goes_while_we_look_at_it_is_gone", "delete an invoice"),
    (mutants.TakesGoneForDone, "test_an_order_that_was_sent_on_is_not_deleted"),
    (mutants.KeepsTheDraftsNumber, "test_invoices_are_booked_under_numbers_of_their_own"),
    (mutants.KnocksAtAClosedPeriod, "test_a_closed_period_is_for_the_user_and_the_draft_stays"),
    (mutants.WritesAddressesAsTyped, "test_an_address_is_found_however_it_is_written", CUSTOMER.upper()),
    (mutants.PassesOverTheBarred, "test_a_barred_product_is_found_and_says_so"),
    (mutants.PassesOverTheBarred, "test_a_barred_customer_is_found_and_says_so"),
    (mutants.AsksForTheFirstOnes, "test_many_numbers_are_asked_for_in_few_questions"),
    (mutants.AsksForEachAlone, "test_many_numbers_are_asked_for_in_few_questions"),
    (mutants.AsksForEachAlone, "test_a_number_asked_for_twice_is_one_product"),
    (mutants.AsksEvenForNothing, "test_no_numbers_are_no_question"),
    (mutants.DropsOddLetters, "test_odd_numbers_that_the_books_do_not_have_are_left_out"),
    (mutants.WritesNumbersAsAsked, "test_a_number_is_found_however_it_is_written_and_told_as_the_books_write_it"),
    (mutants.CannotAskForCommas, "test_products_of_odd_numbers_are_found_together_and_alone"),
    (mutants.StumblesOverWhatIsThere, "test_a_product_that_somebody_made_already_is_all_right"),
    (saying.FindsTheBareReferenceOnly, FINDS, ORDER, "Rekvisition 4711", REFERENCE),
    (saying.LooksForPlainReferencesOnly, FINDS, INVOICE, "Rekvisition 4711", MARKED),
    (lives.KeepsWhatIsNotSaid, "test_a_draft_gets_another_content_as_a_whole", ORDER),
    (lives.MakesItAnew, "test_a_draft_gets_another_content_as_a_whole", INVOICE),
    (lives.MakesItAnew, "test_a_replacement_with_the_same_key_is_one"),
    (lives.MakesItAnew, "test_a_draft_that_is_gone_is_not_made_again"),
    (lives.ReplacesWhateverBearsTheNumber, "test_a_strangers_draft_under_our_number_is_not_replaced", INVOICE, ""),
    (lives.ReplacesWhateverBearsTheNumber, "test_a_draft_that_is_gone_is_not_made_again"),
    (lives.ReplacesWhateverBearsTheNumber, "test_a_number_that_no_draft_has_replaces_nothing", ORDER),
    (lives.TakesMadeForReplaced, "test_a_draft_that_is_booked_while_we_look_at_it_leaves_the_outcome_open"),
    (lives.KnocksAgainWithAContent, "test_what_the_books_refuse_leaves_the_draft_as_it_was"),
    (lives.BooksUnderTheNextNumber, "test_an_invoice_is_booked_with_the_number_that_was_asked_for"),
    (lives.BooksUnderTheNextNumber, "test_a_number_that_no_invoice_can_have_books_nothing", -1),
    (lives.AsksSupport, "test_a_number_that_another_invoice_has_is_for_the_user_and_books_nothing"),
    (lives.AsksSupport, "test_what_stands_in_the_way_is_named_and_no_mistake_of_ours", "a barred customer"),
    (lives.SendsToNobody, "test_an_invoice_is_sent_as_it_was_asked_for", SendBy.EMAIL),
    (lives.SendsToNobody, "test_who_cannot_be_reached_is_for_the_user_and_nothing_is_booked", SendBy.EAN),
    (lives.SendsUnasked, "test_nobody_is_sent_anything_who_was_not_to_be"),
    (lives.LooksFromTomorrow, "test_an_open_day_is_taken_as_it_is"),
    (lives.LooksAtYearsOnly, "test_after_a_closed_period_comes_the_day_that_follows_it"),
    (lives.LooksAtYearsOnly, "test_what_is_said_of_a_day_holds_at_booking"),
    (lives.LooksAtPeriodsOnly, "test_after_a_closed_year_comes_the_day_that_follows_it"),
    (lives.LooksAtPeriodsOnly, "test_where_all_is_closed_there_is_none"),
    (lives.TakesTheNextMonth, "test_two_closed_periods_are_passed_over"),
    (lives.TakesWhatIsUnknownForOpen, "test_a_day_before_the_first_year_or_after_the_last_is_not_open"),
    (lives.TriesTheDay, "test_looking_for_a_day_changes_nothing"),
    (rates.TakesEveryZoneForHome, "test_two_products_have_two_rates_and_others_in_another_zone"),
    (rates.TakesEveryZoneForHome, "test_what_is_said_of_a_rate_is_what_a_draft_comes_to"),
    (rates.TakesEveryZoneForHome, "test_a_zone_that_the_books_do_not_have_is_for_the_user"),
    (rates.TakesOneRateForAll, "test_two_products_have_two_rates_and_others_in_another_zone"),
    (rates.TakesWhatIsUnknownForFree, "test_a_rate_of_a_number_that_the_books_do_not_have_is_left_out"),
    (rates.TellsRatesAsTheBooksSpell, "test_a_rate_is_told_under_the_number_as_it_was_asked_for"),
    (rates.TakesNoAccountForNoVat, "test_a_zone_in_which_a_line_could_not_be_booked_is_for_the_user"),
    (rates.TakesNoAccountForNoVat, "test_books_that_let_nobody_look_at_rates_are_for_the_user_and_not_broken"),
    (rates.BreaksOverHiddenRates, "test_books_that_let_nobody_look_at_rates_are_for_the_user_and_not_broken"),
    (rates.AsksForRatesEachTime, "test_what_was_asked_for_just_now_costs_no_request"),
    (rates.ForgetsNothing, "test_what_somebody_has_changed_is_seen_once_he_says_so"),
    (rates.AsksForEachRateAlone, "test_the_rates_of_many_products_take_few_questions"),
    (rates.AsksForRatesOfNothing, "test_no_products_are_no_question_about_rates"),
    (rates.TriesTheRate, "test_looking_at_rates_changes_nothing"),
    (rates.TakesNewProductsForFree, "test_the_rate_of_a_product_that_is_to_be_made_is_the_one_that_it_gets"),
    (rates.TellsTheUsualZonesOnly, "test_every_vat_zone_that_is_told_can_be_a_documents"),
    (rates.TellsZonesOfSuppliersToo, "test_a_vat_zone_that_no_customer_can_have_is_not_told"),
    (rates.KeepsTheCurrencyToItself, "test_a_currency_that_the_books_do_not_have_is_named", ORDER),
    *customers.TALKING,
    (manners.AsksForSettingsEachTime, "test_settings_are_filled_from_the_books_and_what_was_chosen_stays"),
    (manners.AsksWhenItConnects, "test_it_connects_only_with_credentials_of_its_own_and_asks_nothing_yet"),
    (manners.BlamesTheUser, "test_a_lost_authorisation_breaks_the_connection", "get_customer"),
    (manners.StumblesOverWhatIsGone, "test_a_document_that_never_was_is_gone"),
    (manners.StumblesOverWhatIsGone, "test_a_customer_that_never_was_is_gone"),
    (manners.LetsTheLibraryOut, "test_a_question_that_meets_trouble_is_asked_again", "get_customer"),
    (manners.FearsTheWorst, "test_books_that_are_away_were_never_asked", "create_customer"),
    (manners.ForgetsRetryAfter, "test_a_rate_limit_on_a_change_is_obeyed_and_nothing_was_changed", "create_customer"),
    (manners.Insists, "test_a_rate_limit_is_obeyed", "get_customer"),
    (manners.HurriesOn, "test_without_a_budget_nothing_goes_out", "book"),
    (manners.HurriesOn, "test_the_pace_is_asked_before_each_request_and_told_of_each_answer", "find_by_reference"),
    (manners.TakesItsTime, "test_a_question_takes_no_longer_than_it_may", "get_customer"),
    (manners.TakesItsTime, "test_a_change_takes_no_longer_than_it_may", "create_product"),
    (manners.KeepsQuietAboutCosts, "test_the_pace_is_told_of_a_refusal_too", "get_customer"),
    (manners.KeepsQuietAboutWhatIsLeft, "test_what_an_answer_says_of_the_budget_is_told"),
    (manners.SpendsWhatThereIs, "test_without_a_budget_nothing_goes_out", "find_products"),
    (manners.LogsWhoBuys, "test_no_log_and_no_exception_tells_a_secret_or_who_bought", "find_customers"),
    (manners.TellsTheTokenInAnError, "test_no_log_and_no_exception_tells_a_secret_or_who_bought", "get_customer"),
    (manners.ShowsItsToken, "test_nothing_that_is_printed_shows_a_secret"),
    (checks.LooksAtTheAgreementOnly, "test_drafts_of_one_kind_that_cannot_be_made_are_a_warning", ORDER),
    (checks.LooksAtTheAgreementOnly, "test_books_in_which_no_draft_can_be_made_are_failing"),
    (checks.LooksAtTheAgreementOnly, "test_revoked_credentials_are_told"),
    (checks.InsistsOnBothKinds, "test_drafts_of_one_kind_that_cannot_be_made_are_a_warning", INVOICE),
    (checks.MixesUpTheKinds, "test_drafts_of_one_kind_that_cannot_be_made_are_a_warning", ORDER),
    (checks.IsContentWithoutDrafts, "test_books_in_which_no_draft_can_be_made_are_failing"),
    (checks.ChecksInAHurry, "test_a_check_goes_by_the_pace"),
    (checks.ChecksInAHurry, "test_a_check_without_a_budget_asks_nothing_and_says_so"),
    (checks.TakesNoBudgetForHealth, "test_a_check_without_a_budget_asks_nothing_and_says_so"),
    (checks.TriesACustomer, "test_a_check_changes_nothing_not_even_for_a_moment"),
    (checks.NamesItsToken, "test_no_finding_and_no_log_tells_a_secret"),
    (checks.LetsEveryChoicePass, "test_a_choice_that_orders_would_be_refused_for_is_told_before"),
    (checks.LetsEveryChoicePass, "test_a_check_of_choices_goes_by_the_pace"),
    (checks.LetsDueDatesPass, "test_a_choice_that_orders_would_be_refused_for_is_told_before"),
    (checks.LetsCustomersHaveDueDates, "test_a_customers_own_choice_is_usable_where_a_document_may_have_it"),
    (checks.LetsCustomersHaveWhatIsGone, "test_a_customers_own_choice_is_usable_where_a_document_may_have_it"),
    (checks.LetsNoCustomerChoose, "test_a_customers_own_choice_is_usable_where_a_document_may_have_it"),
    (checks.DoubtsEveryChoice, "test_choices_that_the_books_have_are_well"),
    (checks.TellsOneChoiceAtATime, "test_all_wrong_choices_are_told_at_once"),
    (checks.TriesTheChoices, "test_a_check_of_choices_changes_nothing_not_even_for_a_moment"),
    (checks.RemembersWhatItFound, "test_a_check_of_choices_is_of_now"),
    (checks.LetsFatesOut, "test_trouble_on_the_way_to_the_choices_is_told_and_never_raised", "500"),
    (checks.ChoosesInAHurry, "test_a_check_of_choices_goes_by_the_pace"),
    (checks.NamesItsTokenAmongChoices, "test_no_finding_about_choices_and_no_log_tells_a_secret"),
)  # fmt: skip

#: The same of a connector that declares or writes something wrong.
WRITING: Sequence[tuple[type[Economic], str, *tuple[Any, ...]]] = (
    (writing.WritesNull, "test_what_is_not_known_is_left_out", ORDER),
    (writing.WritesANewRequestEachTime, "test_the_same_plan_gives_the_same_bytes", INVOICE),
    (writing.WritesANewRequestEachTime, "test_the_same_customer_gives_the_same_bytes"),
    (writing.RoundsThreeDecimals, "test_an_amount_with_three_decimals_is_refused", "unit_price"),
    (writing.WritesWholeCrowns, "test_prices_reach_the_books_as_they_are", "98765432.10"),
    *customers.WRITING,
    (rates.MakesAllCustomersAtHome, "test_a_customer_is_made_in_the_vat_zone_that_was_chosen_for_him"),
    (rates.IgnoresDiscounts, "test_a_discount_in_percent_is_taken_off", INVOICE),
    (rates.IgnoresTheZone, "test_what_is_said_of_a_rate_is_what_a_draft_comes_to"),
    (rates.IgnoresTheZone, "test_a_vat_zone_that_is_none_is_refused", "EU"),
    (rates.NamesAnotherZone, "test_what_is_said_of_a_rate_is_what_a_draft_comes_to"),
    (rates.GuessesHowItRounds, "test_it_says_how_its_books_round_or_that_nobody_knows"),
    (writing.CutsTheReference, "test_a_reference_is_never_cut"),
    (writing.CutsProductNumbers, "test_a_product_number_that_no_product_can_have_is_refused"),
    (writing.CutsProductNumbers, "test_a_product_number_that_is_too_long_makes_no_product"),
    (writing.RefusesLongTexts, "test_texts_are_kept_as_far_as_the_books_hold_them", ORDER, 1),
    (writing.RefusesLongTexts, "test_a_name_that_is_too_long_is_cut"),
    (writing.DropsLongTexts, "test_texts_are_kept_as_far_as_the_books_hold_them", INVOICE, 500),
    (writing.CutsEarly, "test_texts_are_kept_as_far_as_the_books_hold_them", ORDER, 0),
    (writing.DropsLinesOfText, "test_nothing_that_stands_in_the_plan_is_lost_in_the_books", ORDER),
    (writing.SpeaksAsciiOnly, "test_nothing_that_stands_in_the_plan_is_lost_in_the_books", INVOICE),
    (writing.AsksForAllThatCanBeKnown, "test_a_customer_of_whom_little_is_known_is_made"),
    (writing.KeepsNothing, "test_it_is_an_accounting_system_and_says_what_it_keeps"),
    (writing.HasNothingToSpend, "test_the_budget_can_be_spent"),
    (writing.NamesAPath, "test_its_origin_is_where_its_requests_go"),
    (saying.DeclaresAFieldTwice, "test_every_field_says_what_it_is"),
    (saying.ForgetsAField, "test_each_field_stands_where_the_books_keep_it", INVOICE),
    (saying.MixesUpPeople, "test_each_field_stands_where_the_books_keep_it", ORDER),
    (saying.WritesFieldsAsTheyCome, "test_the_order_in_which_fields_come_changes_no_byte"),
    (saying.LetsThePlanWin, "test_a_field_wins_over_what_the_plan_has_otherwise"),
    (saying.LosesTheDayOfDelivery, "test_what_the_plan_has_stands_where_no_field_says_otherwise"),
    (saying.LosesUnknownFields, "test_a_field_that_there_is_not_or_of_another_kind_is_refused"),
    (saying.LosesWhatIsNoWholeNumber, "test_a_field_that_there_is_not_or_of_another_kind_is_refused"),
    (saying.LosesWhatIsNoWholeNumber, "test_a_number_that_the_books_do_not_have_is_for_the_user"),
    (saying.PutsTheOwnersWordsFirst, FINDS, INVOICE, "SL1-99", REFERENCE),
    (saying.KeepsTheEndOfTheWords, FINDS, ORDER, "x " * 400, REFERENCE),
    (saying.KeepsTheEndOfTheWords, "test_what_is_cut_is_named_and_the_reference_never_is", 500),
    (saying.CutsInSilence, "test_what_is_cut_is_named_and_the_reference_never_is", 1),
    (saying.NamesEveryText, "test_what_is_cut_is_named_and_the_reference_never_is", 0),
    (saying.CutsNumbersOfPeople, "test_what_means_something_else_without_its_end_is_refused_and_not_cut"),
    (saying.HalvesAnEmoji, "test_an_emoji_at_the_limit_is_not_halved", ORDER),
    (saying.SendsAllToTheBuyer, "test_goods_that_go_elsewhere_have_an_address_of_their_own", ORDER),
    (saying.ForgetsWhomTheGiftIsFor, "test_goods_that_go_elsewhere_have_an_address_of_their_own", INVOICE),
    (saying.WritesEveryAddressTwice, "test_goods_that_go_to_the_recipient_have_none"),
    (saying.LosesThePerson, "test_a_person_at_a_company_and_a_state_are_named"),
    (saying.LosesTheState, "test_a_person_at_a_company_and_a_state_are_named"),
    (saying.WritesCodesOfCountries, "test_a_country_stands_there_in_full"),
    (writing.InsistsOnAChoice, "test_an_owner_need_not_choose_anything"),
    (writing.LosesMisspeltChoices, "test_an_owner_need_not_choose_anything"),
)  # fmt: skip


class ACentMore(EconomicRig):
    """Books that come to a cent more than they say."""

    def documents(self) -> Sequence[FoundDocument]:
        return [replace(one, total=one.total + Decimal("0.01")) for one in super().documents()]


class LosesLetters(EconomicRig):
    def texts(self, kind: DocumentKind, number: str) -> Texts:
        kept = super().texts(kind, number)
        return replace(kept, lines=tuple(text.replace("å", "?") for text in kept.lines))


class KnowsOtherFates(EconomicRig):
    """Its table says something else than what the connector makes of an answer."""

    vendor_errors = (VendorError(name="busy", status=429, body="{}", read=NeedsUser, write=NeedsUser),)


BOOKS: Sequence[tuple[type[BooksRig], str, *tuple[Any, ...]]] = (
    (ACentMore, "test_a_draft_comes_to_what_was_planned_to_the_cent", ORDER, 0),
    (ACentMore, "test_a_document_is_found_in_every_place"),
    (LosesLetters, "test_nothing_that_stands_in_the_plan_is_lost_in_the_books", ORDER),
    (KnowsOtherFates, "test_every_error_of_the_vendor_has_its_fate", "find_customers"),
    (KnowsOtherFates, "test_every_error_of_the_vendor_has_its_fate", "book"),
)
MISTAKES = [
    *((talking(client), case, given) for client, case, *given in TALKING),
    *((of(connector()), case, given) for connector, case, *given in WRITING),
    *((rig, case, given) for rig, case, *given in BOOKS),
]
NAMES = [f"{rig.__name__}-{case}" for rig, case, _ in MISTAKES]


def judge(rig: type[BooksRig], case: str, *given: object) -> None:
    run_case(AccountingConformance, rig, case, *given)


@pytest.mark.parametrize(
    ("rig", "case", "given"), MISTAKES, ids=[f"{rig.__name__}-{case}" for rig, case, _ in MISTAKES]
)
def test_a_mistake_turns_its_case_red(rig: type[BooksRig], case: str, given: Sequence[object]) -> None:
    # Given a case that the connector without the mistake passes
    judge(EconomicRig, case, *given)
    # When the one with it is judged, Then the case is red
    with pytest.raises(RED):
        judge(rig, case, *given)


def test_every_case_has_a_mistake_that_it_finds() -> None:
    # Given all cases that are for accounting systems only
    package = __name__.rpartition(".")[0]
    parts = [part for part in AccountingConformance.__mro__ if part.__module__.startswith(package)]
    cases = {name for part in parts for name in vars(part) if name.startswith("test_")}
    # Then each is turned red by something
    assert cases - {case for _, case, _ in MISTAKES} == set()
