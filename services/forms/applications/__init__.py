"""An application's life: states and transitions, approvals, deadlines, storage."""
