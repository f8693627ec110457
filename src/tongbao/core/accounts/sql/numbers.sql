-- Serials of account numbers. A sequence never goes back, not even when a transaction does: a
-- number is used once or not at all. How many digits of it a number has is the scheme's business.
CREATE SEQUENCE IF NOT EXISTS accounts_number_serial
    AS bigint START 1 MINVALUE 1 MAXVALUE 999999999999 NO CYCLE;
REVOKE ALL ON SEQUENCE accounts_number_serial FROM PUBLIC, tongbao_app;
GRANT USAGE ON SEQUENCE accounts_number_serial TO tongbao_app;
