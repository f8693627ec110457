"""Time deposits, instalment savings and notice deposits: from the catalogue to the last cent."""
