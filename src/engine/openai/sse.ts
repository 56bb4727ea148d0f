/**
 * Parses a stream of server-sent events (WHATWG HTML, section 9.2.6) into the data of each event. Chunks may be cut
 * anywhere, inside a character too; lines may end in LF, CR or CRLF; comments and other fields are skipped; an event
 * that the stream's end cuts off is still given, because some servers leave out the last blank line.
 */
export async function* serverSentEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  // A CR at a chunk's end may be half of a CRLF.
  let skipLineFeed = false;

  function* lines(text: string): Generator<string> {
    let at = 0;
    let from = 0;
    for (; at < text.length; at++) {
      const char = text[at];
      if (skipLineFeed) {
        skipLineFeed = false;
        if (char === '\n') {
          from = at + 1;
          continue;
        }
      }
      if (char !== '\n' && char !== '\r') continue;
      yield rest + text.slice(from, at);
      rest = '';
      from = at + 1;
      skipLineFeed = char === '\r';
    }
    rest += text.slice(from);
  }

  function* events(text: string): Generator<string> {
    for (const line of lines(text)) {
      if (line === '') {
        if (data.length > 0) yield data.join('\n');
        data = [];
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      if (field === 'data') data.push(colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1));
    }
  }

  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield* events(decoder.decode(value, { stream: true }));
    }
    yield* events(`${decoder.decode()}\n\n`);
  } finally {
    void reader.cancel().catch(() => {});
  }
}
