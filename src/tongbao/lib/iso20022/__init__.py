"""Messages of ISO 20022: values in, bytes out."""
