"""The mailbox of a trial: its pages, and the door by which real SMTP comes in."""
