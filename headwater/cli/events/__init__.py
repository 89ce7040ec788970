"""`headwater events`: OpenLineage events in files, checked, sent and taken out."""
