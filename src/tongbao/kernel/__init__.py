"""Value types and small rules everything else is built from; knows no database and no HTTP."""
