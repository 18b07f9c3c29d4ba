"""People: who they are, which roles, departments and teams they hold."""
