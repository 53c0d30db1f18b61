"""The register: people, their academic record, semesters; and its import."""
