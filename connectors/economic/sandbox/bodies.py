"""What the bodies of POST and PUT may hold, by the vendor's schemas and the limits that live tests found."""

from __future__ import annotations

from connectors.economic.sandbox.shapes import Day, Flag, Number, Rows, Shape, Text, Whole, reference

NEMHANDEL = ("ean", "corporateIdentificationNumber", "pNumber", "peppol")
TERMS_TYPES = (
    "net", "invoiceMonth", "paidInCash", "prepaid", "dueDate", "factoring", "invoiceWeekStartingSunday",
    "invoiceWeekStartingMonday", "creditcard", "avtaleGiro",
)  # fmt: skip

IDENTIFIER = Whole(least=1)
CUSTOMER_NUMBER = Whole(least=1, most=999_999_999)
EMPLOYEE = reference("employeeNumber", IDENTIFIER)

LINE = Shape({
    "lineNumber": IDENTIFIER,
    "sortKey": IDENTIFIER,
    "description": Text(2500),
    "unit": reference("unitNumber", IDENTIFIER),
    "product": reference("productNumber", Text(25)),
    "quantity": Number(),
    "unitNetPrice": Number(),
    "discountPercentage": Number(),
    "unitCostPrice": Number(),
})  # fmt: skip

RECIPIENT = Shape(
    {
        "name": Text(250, required=True),
        "address": Text(250),
        "zip": Text(50),
        "city": Text(250),
        "country": Text(50),
        "ean": Text(13),
        "publicEntryNumber": Text(40),
        "mobilePhone": Text(),
        "nemHandelType": Text(choices=NEMHANDEL),
        "attention": reference("customerContactNumber", Whole()),
        "vatZone": reference("vatZoneNumber", Whole(least=1), required=True),
    },
    required=True,
)

DELIVERY = Shape({
    "address": Text(255),
    "zip": Text(30),
    "city": Text(50),
    "country": Text(50),
    "deliveryTerms": Text(100),
    "deliveryDate": Day(),
})  # fmt: skip

REFERENCES = Shape({
    "customerContact": reference("customerContactNumber", IDENTIFIER),
    "salesPerson": EMPLOYEE,
    "vendorReference": EMPLOYEE,
    "other": Text(250),
})  # fmt: skip

TERMS = Shape(
    {"paymentTermsNumber": IDENTIFIER, "self": Text(), "paymentTermsType": Text(choices=TERMS_TYPES)}, required=True
)

DRAFT = Shape({
    "date": Day(required=True),
    "currency": Text(3, required=True, shortest=3),
    "exchangeRate": Number(),
    "dueDate": Day(),
    "layout": reference("layoutNumber", IDENTIFIER, required=True),
    "paymentTerms": TERMS,
    "customer": reference("customerNumber", CUSTOMER_NUMBER, required=True),
    "recipient": RECIPIENT,
    "project": reference("projectNumber", IDENTIFIER),
    "deliveryLocation": reference("deliveryLocationNumber", IDENTIFIER),
    "delivery": DELIVERY,
    "notes": Shape({"heading": Text(250), "textLine1": Text(1000), "textLine2": Text(1000)}),
    "references": REFERENCES,
    "lines": Rows(LINE),
})  # fmt: skip

BOOKING = Shape({
    "draftInvoice": Shape(
        {"draftInvoiceNumber": Whole(least=1, most=999_999_999), "self": Text()}, required=True
    ),
    "bookWithNumber": Whole(least=1),
    "sendBy": Text(choices=("none", "EAN", "Email")),
})  # fmt: skip

CONTACT = reference("customerContactNumber", IDENTIFIER)

CUSTOMER = Shape({
    "customerNumber": CUSTOMER_NUMBER,
    "name": Text(255, required=True, shortest=1),
    "currency": Text(3, required=True, shortest=3),
    "customerGroup": reference("customerGroupNumber", IDENTIFIER, required=True),
    "vatZone": reference("vatZoneNumber", IDENTIFIER, required=True),
    "paymentTerms": reference("paymentTermsNumber", IDENTIFIER, required=True),
    "layout": reference("layoutNumber", IDENTIFIER),
    "salesPerson": EMPLOYEE,
    "address": Text(510),
    "zip": Text(30),
    "city": Text(50),
    "country": Text(50),
    "email": Text(255),
    "telephoneAndFaxNumber": Text(255),
    "mobilePhone": Text(50),
    "website": Text(255),
    "corporateIdentificationNumber": Text(40),
    "pNumber": Text(10, shortest=10),
    "ean": Text(13),
    "publicEntryNumber": Text(50),
    "vatNumber": Text(20),
    "creditLimit": Number(),
    "barred": Flag(),
})  # fmt: skip

#: What a new customer cannot have yet.
CUSTOMER_REPLACED = Shape({
    **CUSTOMER.fields,
    "attention": CONTACT,
    "customerContact": CONTACT,
    "defaultDeliveryLocation": reference("deliveryLocationNumber", IDENTIFIER),
})  # fmt: skip

PRODUCT = Shape({
    "productNumber": Text(25, required=True, shortest=1),
    "name": Text(300, required=True, shortest=1),
    "productGroup": reference("productGroupNumber", IDENTIFIER, required=True),
    "description": Text(500),
    "barCode": Text(50),
    "salesPrice": Number(),
    "costPrice": Number(),
    "recommendedPrice": Number(),
    "unit": reference("unitNumber", IDENTIFIER),
    "barred": Flag(),
})  # fmt: skip
