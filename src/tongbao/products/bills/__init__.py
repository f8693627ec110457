"""Bills of utilities, phone, heating and tuition: found, paid exactly once, paid by mandate."""
