/** The text of an enhanced note in its row: base64 when it is written, an address when it is read. */
import { rowError } from './errors';
import type { FieldDef } from './schema';
import type { Row } from './store';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const NEWEST = '67.0';

/** As it is kept: what is unsafe, and new lines, are taken out without a word. */
export function keptContent({ name }: FieldDef, input: string): string {
	if (!BASE64.test(input) || input.length % 4 !== 0)
		throw rowError('INVALID_BASE64_CHARACTERS', 'Provided data is not base64', [name]);
	const html = Buffer.from(input, 'base64').toString('utf8');
	const safe = html.replace(/<script[\s\S]*?<\/script>/gi, '').replace(/\r?\n/g, '');
	return Buffer.from(safe, 'utf8').toString('base64');
}

/** What a row shows in its place. */
export function contentPath({ object, id }: Row, { name }: FieldDef): string {
	return `/services/data/v${NEWEST}/sobjects/${object.name}/${id}/${name}`;
}
