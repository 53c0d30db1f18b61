"""An SMTP server that takes everything at once: `python smtp_sink.py PORT`.

It knows nothing but who wrote when: `XCOUNT` answers how many mails it has, `XTIMES WORD`
when (seconds since the epoch) those arrived whose Message-ID holds that word.
"""

import asyncio
import re
import sys
import time

MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
arrived: list[tuple[str, float]] = []


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection."""
    writer.write(b"220 sink\r\n")
    try:
        while line := await reader.readline():
            word = line[:6].strip().upper()
            if word.startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                mail = await reader.readuntil(b"\r\n.\r\n")
                found = MESSAGE_ID.search(mail)
                arrived.append((found[1].decode() if found else "", time.time()))
                writer.write(b"250 OK: queued as %d\r\n" % len(arrived))
            elif word == b"XCOUNT":
                writer.write(b"250 %d\r\n" % len(arrived))
            elif word == b"XTIMES":
                wanted = line.split()[1].decode()
                times = " ".join(f"{name}={at}" for name, at in arrived if wanted in name)
                writer.write(f"250 {times}\r\n".encode())
            elif word.startswith(b"QUIT"):
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 OK\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main(port: int) -> None:
    """Serve for ever."""
    server = await asyncio.start_server(serve, "127.0.0.1", port, limit=2**20)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
