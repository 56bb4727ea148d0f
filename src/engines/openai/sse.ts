export interface EventOptions {
  /** Maximum characters of one event or line; more throws a RangeError. */
  mostLength?: number;
  /** Called for lines that are not fields of an event. */
  onOther?: (line: string) => void;
}

const FIELDS = new Set(['data', 'event', 'id', 'retry', '']);

/**
 * Parses a stream of server-sent events (WHATWG HTML, section 9.2.6) into the data of each event. Chunks may be split
 * anywhere, even inside a character; lines may end in LF, CR or CRLF; comments and other fields are skipped; an event
 * that the stream's end cuts off is still yielded, because some servers omit the last blank line.
 */
export async function* serverSentEvents(
  stream: AsyncIterable<Uint8Array>,
  { mostLength = Infinity, onOther }: EventOptions = {},
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  let length = 0;
  // A CR at a chunk's end may be half of a CRLF.
  let skipLineFeed = false;

  function* lines(text: string): Generator<string> {
    const ends = /\r\n|\r|\n/g;
    let from = skipLineFeed && text.startsWith('\n') ? 1 : 0;
    if (text !== '') skipLineFeed = text.endsWith('\r');
    ends.lastIndex = from;
    for (let end = ends.exec(text); end; end = ends.exec(text)) {
      yield rest + text.slice(from, end.index);
      rest = '';
      from = ends.lastIndex;
    }
    rest += text.slice(from);
    if (rest.length + length > mostLength) throw new RangeError('An event is too long.');
  }

  function* events(text: string): Generator<string> {
    for (const line of lines(text)) {
      if (line === '') {
        if (data.length > 0) yield data.join('\n');
        data = [];
        length = 0;
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      if (field === 'data') {
        data.push(colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1));
        length += line.length;
        if (length > mostLength) throw new RangeError('An event is too long.');
      } else if (!FIELDS.has(field)) onOther?.(line);
    }
  }

  for await (const chunk of stream) yield* events(decoder.decode(chunk, { stream: true }));
  yield* events(`${decoder.decode()}\n\n`);
}
