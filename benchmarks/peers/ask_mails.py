"""Ask Celery for mails: COUNT reminders, then CODES codes EVERY seconds; prints when it asked."""

import json
import sys
import time

from mails import send_mail

count, codes, every_s = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
params = json.loads(sys.stdin.readline())
begun, cpu_s = time.time(), time.process_time()
for number in range(count):
    send_mail.apply_async(
        (f"<bulk-{number}@dojang.example>", "seo@dojang.example", "Reminder", params), queue="bulk"
    )
cpu_s = time.process_time() - cpu_s
print(json.dumps({"asked_in_s": time.time() - begun, "cpu_s": cpu_s}), flush=True)
sys.stdin.readline()  # the worker runs now
asked = {}
for number in range(codes):
    name = f"code-{number}"
    asked[name] = time.time()
    send_mail.apply_async(
        (f"<{name}@dojang.example>", "seo@dojang.example", "Code", params), queue="codes"
    )
    time.sleep(every_s)
print(json.dumps(asked), flush=True)
