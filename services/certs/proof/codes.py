"""Short codes for what is said again and again. Printed on paper: never changed, only added to.

A kind or field without a code goes by its name, which costs a few bytes more.
"""

from __future__ import annotations

from collections.abc import Mapping

# Of every paper.
NUMBER, KIND, LANGUAGE, ISSUED, REST = 1, 2, 3, 4, 5

KINDS: Mapping[str, int] = {
    "tuition_waiver": 1,
    "certificate_enrollment": 2,
    "certificate_degree": 3,
    "certificate_transcript": 4,
    "certificate_expected_degree": 5,
    "certificate_completion": 6,
    "certificate_leave": 7,
    "certificate_termination": 8,
    "certificate_conferral": 9,
    "certificate_tuition_payment": 10,
    "recommendation_letter": 11,
    "due_date_extension": 12,
    "leave_of_absence": 13,
    "return_from_leave": 14,
    "withdrawal": 15,
    "admission_cancellation": 16,
    "refund": 17,
    "installments": 18,
    "readmission": 19,
    "advisor_change": 20,
    "joint_advisor": 21,
    "major_change": 22,
    "integrative_qualifying_exam": 23,
    "early_graduation": 24,
    "post_coursework_enrollment": 25,
    "maximum_term_extension": 26,
}

# By the names of the templates' fields, in the order in which a reader compares them;
# up to 23 a code takes one byte.
FIELDS: Mapping[str, int] = {
    "name": 6,
    "name_ko": 7,
    "name_en": 8,
    "degree_title": 9,
    "degree_date": 10,
    "standing": 11,
    "program": 12,
    "totals.credits_earned": 13,
    "totals.gpa": 14,
    "courses": 15,
    "semester": 16,
    "total_paid": 17,
    "extent_granted": 18,
    "decision": 19,
    "decision_date": 20,
    "year": 21,
    "semester_ordinal": 22,
    "birth_date": 23,
    "degree_number": 24,
    "completion_date": 25,
    "expected_semester": 26,
    "leave_period": 27,
    "termination_date": 28,
    "termination_reason": 29,
    "student_number": 30,
    "totals.points": 31,
    "totals.credits_attempted": 32,
    "recommender.name": 33,
    "letter_date": 34,
    "extended_due_date": 35,
    "return_semester": 36,
    "leaving_semester": 37,
    "admission_semester": 38,
    "refund_semester": 39,
    "refund_amount": 40,
    "paid_semester": 41,
    "payment_plan": 42,
    "readmission_semester": 43,
    "new_campus": 44,
}
