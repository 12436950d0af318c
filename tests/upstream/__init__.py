"""The published scoring, oddity by oddity: values measured on the published toolkit itself."""
