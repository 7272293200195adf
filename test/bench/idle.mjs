// Holds COUNT keep-alive connections to URL, each after one answer, until it is killed; prints a line when all are there.
//   node idle.mjs URL COUNT
import net from 'node:net';

const { hostname, port } = new URL(process.argv[2]);
const count = Number(process.argv[3]);
const request = `GET /healthz HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`;

const open = (n) => new Promise((resolve, reject) => {
  const socket = net.connect({ host: hostname, port, localAddress: `127.0.0.${2 + (n % 8)}` }, () => socket.write(request));
  socket.once('data', resolve);
  socket.on('error', reject);
  // The service closes an idle connection after a minute.
  setInterval(() => socket.write(request), 30_000);
});

await Promise.all(Array.from({ length: count }, (_, n) => open(n)));
console.log('ready');
