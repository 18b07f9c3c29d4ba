"""What a lead is called where sales reads of it."""

from __future__ import annotations

from teichaku.leads.models import Lead


def lead_name(lead: Lead) -> str:
    """Company and person, as far as they are known."""
    company = lead.company.name if lead.company else ""
    return " ".join(filter(None, (company, str(lead))))
