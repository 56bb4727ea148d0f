import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A UDP and a TCP port on loopback, and whatever arrives there. */
export interface Listeners {
  udp: number;
  tcp: number;
  /** One line for each packet, connection and piece of data. */
  heard: string[];
  close(): Promise<void>;
}

/**
 * Listens. The UDP port answers a TURN request with a demand for a user name, as a real server does: only then does a
 * browser send the name from the page.
 */
export async function listen(): Promise<Listeners> {
  const heard: string[] = [];
  const udp = createSocket('udp4');
  udp.on('message', (packet, { port, address }) => {
    heard.push(`udp: ${packet.toString('latin1')}`);
    const isAllocation = packet.readUInt16BE(0) === 0x0003;
    if (isAllocation) udp.send(unauthorised(packet.subarray(8, 20)), port, address);
  });
  udp.bind(0, '127.0.0.1');
  const tcp = createServer((socket) => {
    heard.push('tcp: connected');
    socket.on('data', (data) => {
      heard.push(`tcp: ${data.toString('latin1')}`);
      socket.end('HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    });
    socket.on('error', () => undefined);
  });
  tcp.listen(0, '127.0.0.1');
  await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
  return {
    udp: udp.address().port,
    tcp: (tcp.address() as AddressInfo).port,
    heard,
    close: async () => {
      udp.close();
      tcp.close();
      await once(tcp, 'close');
    },
  };
}

/** STUN's answer 401 to the request with this transaction id. */
function unauthorised(transaction: Buffer): Buffer {
  const attribute = (type: number, value: Buffer) => {
    const head = Buffer.alloc(4);
    head.writeUInt16BE(type, 0);
    head.writeUInt16BE(value.length, 2);
    return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
  };
  const body = Buffer.concat([
    attribute(0x0009, Buffer.from([0, 0, 4, 1])),
    attribute(0x0014, Buffer.from('realm')),
    attribute(0x0015, Buffer.from('nonce')),
  ]);
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x0113, 0);
  head.writeUInt16BE(body.length, 2);
  head.writeUInt32BE(0x2112a442, 4);
  return Buffer.concat([head, transaction, body]);
}
