"""The 20 items of adoption as formulas: what each one asks for, and how answers become a status."""
