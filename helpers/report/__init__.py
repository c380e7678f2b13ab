"""Records to tables, figures, ledgers and pages; knows no paper."""
