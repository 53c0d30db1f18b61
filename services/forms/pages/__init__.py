"""What the pages of student, approver and desk share: how values are said and laid out."""
