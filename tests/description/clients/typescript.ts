// What a consumer writes round the client that openapi-generator makes: one place, a portfolio, a file.

import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { Configuration, FilesApi, Peril, PerilsApi, ResponseError } from './client';

const { PERILS_URL, PERILS_CA, PERILS_CERTIFICATE, PERILS_KEY, TOKEN, FILE } = process.env as Record<string, string>;

const read = (path: string) => readFileSync(path);
const identity = { ca: read(PERILS_CA), cert: read(PERILS_CERTIFICATE), key: read(PERILS_KEY) };

/** As fetch, with the certificate, which fetch has no word for. */
async function fetchApi(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    const headers = Object.fromEntries(new Headers(init.headers));
    return new Promise((resolve, reject) => {
        const sent = request(String(input), { ...identity, headers, method: init.method ?? 'GET' }, (answer) => {
            const pieces: Buffer[] = [];
            answer.on('data', (piece) => pieces.push(piece));
            answer.on('end', () => {
                const headers = answer.headers as Record<string, string>;
                resolve(new Response(Buffer.concat(pieces), { status: answer.statusCode, headers }));
            });
        });
        sent.on('error', reject);
        sent.end(init.body as string | undefined);
    });
}

async function main() {
    const configuration = new Configuration({ basePath: PERILS_URL, accessToken: TOKEN, fetchApi });
    const perils = new PerilsApi(configuration);
    const one = await perils.location({ lat: [51.5], lon: [-0.12], perils: [Peril.Fire], years: [2050] });
    const locations = [
        { id: 'a', latitude: 51.5, longitude: -0.12, name: 'London' },
        { id: 'b', latitude: 91, longitude: 0 },
    ];
    const many = await perils.locations({ query: { locations, perils: [Peril.Fire] }, years: [2050] });
    const file = await new FilesApi(configuration).file({ name: FILE });
    const stranger = new PerilsApi(new Configuration({ basePath: PERILS_URL, accessToken: 'unknown', fetchApi }));
    const refused = await stranger.perils().catch((error: ResponseError) => error.response.status);
    console.log(JSON.stringify({
        value: one.locations[0].values[0].value,
        reasons: many.locations.map((place) => [place.id, place.reason]),
        file: await (file as Blob).text(),
        refused,
    }));
}

main();
