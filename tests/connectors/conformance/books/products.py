"""Products: found by number, however odd or many, and made once."""

from __future__ import annotations

from functools import partial

from shared.domain.document import NewProduct
from shared.errors import Skip
from tests.connectors.conformance.books.calls import KEY, PRODUCT
from tests.connectors.conformance.books.rig import BooksCases, BooksRig
from tests.connectors.conformance.judge import fate_of

MANY = 450
#: Questions that these many may cost.
FEW = 20


class Products(BooksCases):
    def test_products_of_odd_numbers_are_found_together_and_alone(self, books: BooksRig) -> None:
        odd = self.rig.odd_products
        for number in odd:
            books.put_product(number)
        with books.client() as client:
            together = [product.number for product in client.find_products(odd)]
            alone = {number: [product.number for product in client.find_products([number])] for number in odd}
        # Then each is found once, and nothing else for it
        assert sorted(together) == sorted(odd)
        assert alone == {number: [number] for number in odd}

    def test_odd_numbers_that_the_books_do_not_have_are_left_out(self, books: BooksRig) -> None:
        # Given one product, and questions for numbers that a careless question takes for it
        books.put_product("A")
        with books.client() as client:
            found = client.find_products(["*", "%", "_", "A*", "A$or:A", "[A]", "A,A", "A)", *self.rig.odd_products])
            assert list(found) == []
            assert [product.number for product in client.find_products(["A", "*", "B"])] == ["A"]

    def test_a_number_is_found_however_it_is_written_and_told_as_the_books_write_it(self, books: BooksRig) -> None:
        # Given a product whose number the shop writes in small letters
        books.put_product("KRUS-1")
        with books.client() as client:
            assert [product.number for product in client.find_products(["krus-1"])] == ["KRUS-1"]

    def test_no_numbers_are_no_question(self, books: BooksRig) -> None:
        with books.client() as client:
            assert list(client.find_products([])) == []
        assert books.requests == []

    def test_a_number_asked_for_twice_is_one_product(self, books: BooksRig) -> None:
        books.put_product("A")
        with books.client() as client:
            assert len(client.find_products(["A", "A"])) == 1

    def test_a_barred_product_is_found_and_says_so(self, books: BooksRig) -> None:
        books.put_product("A", barred=True)
        books.put_product("B")
        books.put_product("C/1", barred=True)
        with books.client() as client:
            found = {product.number: product.barred for product in client.find_products(["A", "B", "C/1"])}
        assert found == {"A": True, "B": False, "C/1": True}

    def test_many_numbers_are_asked_for_in_few_questions(self, books: BooksRig) -> None:
        # Given an order such as wholesale sends, half of whose products the books have
        numbers = [f"VARE-{number:04}" for number in range(MANY)]
        for number in numbers[::2]:
            books.put_product(number)
        # When
        with books.client() as client:
            found = client.find_products(numbers)
        # Then those and only those are found, without a question for each
        assert sorted(product.number for product in found) == numbers[::2]
        assert len(books.requests) < FEW

    def test_a_product_is_made_once_and_found_from_then_on(self, books: BooksRig) -> None:
        with books.client() as client:
            for key, number in enumerate(self.rig.odd_products):
                # Given a product that was made
                request = _written(books, NewProduct(number=number, name="Krus & fad, blå"))
                made = client.create_product(request, key=f"{KEY}-{key}")
                # When the same bytes come with the same key, Then there is one
                assert client.create_product(request, key=f"{KEY}-{key}") == made
                assert list(client.find_products([number])) == [made]
        assert sorted(product.number for product in books.products()) == sorted(self.rig.odd_products)
        assert {product.name for product in books.products()} == {"Krus & fad, blå"}

    def test_a_product_that_somebody_made_already_is_all_right(self, books: BooksRig) -> None:
        with books.client() as client:
            for key, number in enumerate((PRODUCT, *self.rig.odd_products)):
                # Given a product that was made by hand
                books.put_product(number)
                before = list(books.products())
                # When we are to make it
                request = _written(books, NewProduct(number=number, name="Ny"))
                fate = fate_of(partial(client.create_product, request, key=f"{KEY}-{key}"))
                # Then it is there already, and as it was
                assert (type(fate), fate.code) == (Skip, "product_exists")
                assert list(books.products()) == before

    def test_a_name_that_is_too_long_is_cut(self, books: BooksRig) -> None:
        limit = self.rig.limits.product_name
        with books.client() as client:
            request = _written(books, NewProduct(number=PRODUCT, name="n" * (limit + 50)))
            assert client.create_product(request, key=KEY).name == "n" * limit


def _written(books: BooksRig, product: NewProduct) -> bytes:
    with books.client() as client:
        return books.connector.write_product(product, client.fill_settings(books.settings))
