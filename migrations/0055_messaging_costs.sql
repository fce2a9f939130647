-- What messages cost: the clinic's currency and its limit for what goes to many, the price of each form by
-- country, and what each message cost. Sums of money are millionths of the currency.
CREATE TABLE message_budget (
    tenant_id {uuid} PRIMARY KEY REFERENCES tenant (id),
    currency TEXT NOT NULL CHECK (currency IN ('XOF', 'XAF', 'CDF', 'USD', 'EUR')),
    -- Of a month; without one nothing waits for money.
    cap {int} CHECK (cap >= 0),
    updated_at {time} NOT NULL,
    version {int} NOT NULL CHECK (version > 0)
){strict};
--! tenant_table message_budget

CREATE TABLE message_price (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    form TEXT NOT NULL CHECK (form IN ('sms', 'call', 'session', 'template', 'email')),
    -- ISO 3166-1, or 'other' for the countries without a price of their own.
    country TEXT NOT NULL,
    price {int} NOT NULL CHECK (price >= 0),
    PRIMARY KEY (tenant_id, form, country)
){strict};
--! tenant_table message_price

-- A row for each attempt that a provider took, from the day the clinic chose a currency.
CREATE TABLE message_cost (
    tenant_id {uuid} NOT NULL,
    message_id {uuid} NOT NULL,
    attempt {int} NOT NULL,
    form TEXT NOT NULL CHECK (form IN ('sms', 'call', 'session', 'template', 'email')),
    -- Nothing where no price was known.
    amount {int},
    currency TEXT NOT NULL,
    at {time} NOT NULL,
    PRIMARY KEY (tenant_id, message_id, attempt),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
){strict};
--! append_only message_cost
CREATE INDEX message_cost_month ON message_cost (tenant_id, at, currency, amount);
