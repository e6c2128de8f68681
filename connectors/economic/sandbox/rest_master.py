"""`/customers` and `/products`."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

from connectors.economic.sandbox import bodies, fields
from connectors.economic.sandbox.desk import this_desk
from connectors.economic.sandbox.frame import accepted, dump, or_404
from connectors.economic.sandbox.ids import decode_id
from connectors.economic.sandbox.listing import list_page
from connectors.economic.sandbox.master import put_customer, put_product


def register(api: Flask) -> None:
    _register_customers(api)
    _register_products(api)


def _register_customers(api: Flask) -> None:
    @api.get("/customers")
    def list_customers() -> Response:
        books = this_desk().books
        return dump(list_page(books.customers, fields.CUSTOMERS, request.args, f"{books.url}/customers"))

    @api.get("/customers/<int:number>")
    def get_customer(number: int) -> Response:
        books = this_desk().books
        return dump(or_404(books.customers.get(number)))

    @api.post("/customers")
    def create_customer() -> Response:
        books = this_desk().books
        body = accepted(bodies.CUSTOMER, "customers.post")
        return _created(put_customer(books, body))

    @api.put("/customers/<int:number>")
    def replace_customer(number: int) -> Response:
        """What the body leaves out is cleared; a customer that is not there is created."""
        books = this_desk().books
        body = accepted(bodies.CUSTOMER_REPLACED, "customers.customerNo.put")
        is_known = number in books.customers
        entity = put_customer(books, body, number)
        return dump(entity) if is_known else _created(entity)


def _register_products(api: Flask) -> None:
    @api.get("/products")
    def list_products() -> Response:
        books = this_desk().books
        return dump(list_page(books.products, fields.PRODUCTS, request.args, f"{books.url}/products"))

    @api.get("/products/<segment>")
    def get_product(segment: str) -> Response:
        books = this_desk().books
        return dump(or_404(books.products.get(decode_id(segment).lower())))

    @api.post("/products")
    def create_product() -> Response:
        books = this_desk().books
        body = accepted(bodies.PRODUCT, "products.post")
        return _created(put_product(books, body))

    @api.put("/products/<segment>")
    def replace_product(segment: str) -> Response:
        """What the body leaves out is cleared; a product that is not there is created."""
        books = this_desk().books
        body = accepted(bodies.PRODUCT, "products.productNumber.put")
        number = decode_id(segment)
        is_known = number.lower() in books.products
        entity = put_product(books, body, number)
        return dump(entity) if is_known else _created(entity)


def _created(entity: dict[str, Any]) -> Response:
    return dump(entity, 201, Location=entity["self"])
