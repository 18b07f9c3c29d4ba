"""The 20 items of adoption, each found true or not from evidence."""
