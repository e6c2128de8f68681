"""Slips of the pen in `examples/shop.yaml`, and what is said about each."""

from __future__ import annotations

SECRET = "cs_5ecre7"
SHOP = "accounts.Lampeland.systems.Webshop"
ORDERS = "accounts.Lampeland.connections.Orders"
QUOTES = "put it in quotes"

#: (what stands in the example, what stands there instead, what is said)
MISTAKES = [
    # Keys.
    (
        "kind: woocommerce",
        "kind: woocomerce",
        f"5: {SHOP}.kind: no connector 'woocomerce'; there are: economic, woocommerce (did you mean woocommerce?)",
    ),
    (
        "    connections:",
        "    conections:",
        "15: accounts.Lampeland.conections: an account has no such key; there are: connections, log_days, systems"
        " (did you mean connections?)",
    ),
    ("        from: Webshop\n", "", f"16: {ORDERS}: from is missing"),
    ("          url: https://shop.example\n", "", f"6: {SHOP}.credentials: url is missing"),
    (
        "        active: true",
        "        active: true\n        active: false",
        f"21: {ORDERS}.active: stands here twice: line 20 has it, too",
    ),
    (
        "kind: orders",
        "kind: order",
        f"17: {ORDERS}.kind: no kind of connection 'order'; there are: orders (did you mean orders?)",
    ),
    ("accounts:", "account:", "1: accounts is missing"),
    ("Books:", "no:", f'10: accounts.Lampeland.systems: no is a yes or no to YAML: {QUOTES}: "no"'),
    ("Lampeland:", "2026:", f'2: accounts: 2026 is a number to YAML: {QUOTES}: "2026"'),
    ("Lampeland:", '"":', "2: accounts: a key is a name of one line, and not empty"),
    # Ends.
    (
        "from: Webshop",
        "from: Webshp",
        f"18: {ORDERS}.from: the account has no system 'Webshp'; there are: Books, Webshop (did you mean Webshop?)",
    ),
    (
        "from: Webshop",
        "from: Books",
        f"18: {ORDERS}.from: 'Books' is an accounting system (economic), and orders come from a webshop: Webshop",
    ),
    (
        "to: Books",
        "to: Webshop",
        f"19: {ORDERS}.to: 'Webshop' is a webshop (woocommerce), and orders go to an accounting system: Books",
    ),
    # Secrets.
    (
        "{env: WOO_KEY}",
        SECRET,
        f"8: {SHOP}.credentials.consumer_key: a secret does not stand in this file: write {{env: NAME}} or {{file:"
        " PATH}",
    ),
    (
        "{env: WOO_KEY}",
        f"{{value: {SECRET}}}",
        f"8: {SHOP}.credentials.consumer_key: write {{env: NAME}} or {{file: PATH}}",
    ),
    (
        "{env: WOO_KEY}",
        "{env: WOO_KYE}",
        f"8: {SHOP}.credentials.consumer_key.env: the environment variable WOO_KYE is not set",
    ),
    (
        "{env: WOO_KEY}",
        "{env: EMPTY}",
        f"8: {SHOP}.credentials.consumer_key.env: the environment variable EMPTY is empty",
    ),
    (
        "{env: WOO_KEY}",
        f"{{env: {SECRET}}}",
        f"8: {SHOP}.credentials.consumer_key.env: the environment variable named here is not set",
    ),
    (
        "{file: secrets/woo_secret}",
        "{file: empty}",
        f"9: {SHOP}.credentials.consumer_secret.file: the file named here is empty",
    ),
    (
        "{file: secrets/woo_secret}",
        f"{{file: {SECRET}}}",
        f"9: {SHOP}.credentials.consumer_secret.file: the file named here is not there",
    ),
    (
        "{file: secrets/woo_secret}",
        "{file: latin}",
        f"9: {SHOP}.credentials.consumer_secret.file: the file named here is not UTF-8 text",
    ),
    (
        "https://shop.example",
        "shop.example",
        f"7: {SHOP}.credentials.url: must begin with https:// (or http://) and the shop's name",
    ),
    # Traps of YAML.
    (
        'shipping_product: "9000"',
        "shipping_product: 0012",
        f'24: {ORDERS}.settings.shipping_product: 0012 is the number 10 to YAML: {QUOTES}: "0012"',
    ),
    (
        'shipping_product: "9000"',
        "shipping_product: 9000",
        f'24: {ORDERS}.settings.shipping_product: 9000 is a number to YAML: {QUOTES}: "9000"',
    ),
    (
        'shipping_product: "9000"',
        "shipping_product: 12:30",
        f'24: {ORDERS}.settings.shipping_product: 12:30 is the number 750 to YAML: {QUOTES}: "12:30"',
    ),
    (
        'shipping_product: "9000"',
        "shipping_product: NO",
        f'24: {ORDERS}.settings.shipping_product: NO is a yes or no to YAML: {QUOTES}: "NO"',
    ),
    (
        "[processing, completed]",
        "[on, completed]",
        f'22: {ORDERS}.settings.allowed_states: on is a yes or no to YAML: {QUOTES}: "on"',
    ),
    ("active: true", "active: y", f"20: {ORDERS}.active: must be true or false"),
    ("active: true", 'active: "yes"', f"20: {ORDERS}.active: must be true or false, without quotes"),
    # Settings.
    (
        "[processing, completed]",
        "processing",
        f"22: {ORDERS}.settings.allowed_states: must be a list: [processing, another]",
    ),
    (
        "create_products: true",
        "document: invoise",
        f"23: {ORDERS}.settings.document: must be order or invoice (did you mean invoice?)",
    ),
    (
        "create_products: true",
        "time_zone: Europe/Kobenhavn",
        f"23: {ORDERS}.settings.time_zone: 'Europe/Kobenhavn' is no time zone; write it like Europe/Copenhagen",
    ),
    (
        "create_products: true",
        "customers: default",
        f"21: {ORDERS}.settings: customers: default needs default_customer, a customer's number in the books",
    ),
    (
        "create_products: true",
        "create_product: true",
        f"23: {ORDERS}.settings.create_product: there is no such setting (did you mean create_products?)",
    ),
    (
        "create_products: true",
        "jobs: {poll: 2 minutes}",
        f"23: {ORDERS}.settings.jobs.poll: '2 minutes' is no rhythm: write it like 5m, 2h, or as cron's five fields",
    ),
    (
        "create_products: true",
        "jobs: {polls: 5m}",
        f"23: {ORDERS}.settings.jobs.polls: there is no such setting; there are: poll, poll_with_webhooks, recheck,",
    ),
    (
        "create_products: true",
        "by_state: {packed: {document: order, book: true}}",
        f"23: {ORDERS}.settings.by_state.packed: only an invoice can be booked: choose document: invoice, or leave",
    ),
    (
        "create_products: true",
        "by_state: {packed: {document: order}}",
        f"21: {ORDERS}.settings: by_state names the states itself: leave allowed_states and trigger out",
    ),
    (
        "create_products: true",
        "send_by: email",
        f"21: {ORDERS}.settings: send_by and booked_number are for what is booked: choose book: true, or leave",
    ),
    (
        "create_products: true",
        "products_by_rate: {closing: {25: CENTS}}",
        f'23: {ORDERS}.settings.products_by_rate.closing: 25 is a number to YAML: {QUOTES}: "25"',
    ),
    (
        "create_products: true",
        'products_by_rate: {closing: {"25": 9002}}',
        f'23: {ORDERS}.settings.products_by_rate.closing.25: 9002 is a number to YAML: {QUOTES}: "9002"',
    ),
    (
        "create_products: true",
        'products_by_rate: {closings: {"25": CENTS}}',
        f"23: {ORDERS}.settings.products_by_rate.closings: must be product or shipping or fee or discount or gift_card"
        " or closing or text (did you mean closing?)",
    ),
    (
        "create_products: true",
        'products_by_rate: {gift_card: {"25": CARD}}',
        f"23: {ORDERS}.settings.products_by_rate: gift_card lines have no product by rate; these have: closing,",
    ),
    (
        "create_products: true",
        'products_by_rate: {closing: {"25 %": CENTS}}',
        f"23: {ORDERS}.settings.products_by_rate.closing.25 %: must be a number, with a point where it has a fraction",
    ),
    (
        "create_products: true",
        'products_by_rate: {closing: {"25": CENTS, "25.0": MORE}}',
        f"23: {ORDERS}.settings.products_by_rate: closing names '25' and '25.0', which are the same rate: leave one",
    ),
    ('fee_product: "9001"', 'fee_product: "  "', f"25: {ORDERS}.settings.fee_product: is empty"),
    (
        "create_products: true",
        "products_by_rate: {closing: CENTS}",
        f"23: {ORDERS}.settings.products_by_rate.closing: must be a mapping, and is text",
    ),
    (
        "create_products: true",
        'fee_products: {Tip: ""}',
        f"23: {ORDERS}.settings.fee_products.Tip: is empty",
    ),
    (
        "create_products: true",
        "closing_limit: 0.105",
        f"23: {ORDERS}.settings.closing_limit: must have 2 decimals at most",
    ),
    ("customer_group: 1", "customer_group: 0", f"29: {ORDERS}.settings.books.customer_group: must be greater than or"),
    (
        "customer_group: 1",
        'customer_group: "1"',
        f"29: {ORDERS}.settings.books.customer_group: must be a number, without quotes",
    ),
    ("customer_group: 1", "customer_group: yes", f"29: {ORDERS}.settings.books.customer_group: must be a whole number"),
    (
        "customer_group: 1",
        "customers_group: 1",
        f"29: {ORDERS}.settings.books.customers_group: there is no such setting; there are: customer_group, layout,"
        " payment_terms, product_group, unit, vat_zone (did you mean customer_group?)",
    ),
    # YAML itself.
    ("  Lampeland:", "\tLampeland:", "2: a tab: YAML is indented with spaces"),
    ("    systems:", "    systems", "4: a colon where none can be: look at the indentation"),
    ("[processing, completed]", "[processing, completed", "23: this is no YAML: expected ',' or ']'"),
    ("{env: WOO_KEY}", f"*{SECRET}", "8: an alias (*name) without its anchor (&name)"),
    ("{env: WOO_KEY}", f"!{SECRET} x", "8: a tag (!...) is not read here"),
    ("{env: WOO_KEY}", f"!{SECRET}!x x", "8: this is no YAML: found undefined tag handle"),
    ("{env: WOO_KEY}", f"'{SECRET}", "30: a quote that is never closed"),
    ("active: true", "active: !!python/object/apply:os.system [ls]", "20: a tag (!...) is not read here"),
    ("https://shop.example", "{{ SHOP_URL }}", f"7: {SHOP}.credentials.url: a key is a name: text that begins with {{"),
    ("product_group: 1\n", "product_group: 1\n---\naccounts: {}\n", "31: a second document (---) begins here"),
    ("    systems:", "    systems: &all\n      loop: *all", "4: accounts.Lampeland.systems.loop: an alias (*name) of"),
    ('"9000"', '"90\\0"', f"24: {ORDERS}.settings.shipping_product: holds a character (\\0 or half of a pair)"),
]
