"""The rules of channels: instructions and answers, reasons, routes, health, statements."""
