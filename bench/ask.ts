import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });

/** Asks the API the least that can be asked, with nothing but Node; resolves with the answer. */
export function ask(api: string, messages: readonly object[]): Promise<string> {
  const body = JSON.stringify({ messages, stream: true });
  const headers = { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const call = request(`${api}/v1/messages`, { method: 'POST', agent, headers }, (response) => {
      let stream = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        stream += piece;
      });
      response.on('end', () => resolve(textIn(stream)));
    });
    call.on('error', reject);
    call.end(body);
  });
}

function textIn(stream: string): string {
  const data = stream.match(/(?<=^data: ).*$/gm) ?? [];
  return data.map((line) => JSON.parse(line).delta?.text ?? '').join('');
}
