"""The shared figures: MQL count, opportunity rate, win rate, close rate, on matured cohorts."""
