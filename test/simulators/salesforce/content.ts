/** The text of an enhanced note at its own address. */
import type { SimResponse } from '../framework';
import { objectOf, type RestCall, type RestRoute } from './rest/call';
import { requireRow } from './writes';

function read(call: RestCall): SimResponse {
	call.request.params['object'] = 'ContentNote';
	const row = requireRow(call.org, objectOf(call), call.request.params['id'] ?? '');
	const text = Buffer.from(String(row.values['Content'] ?? ''), 'base64').toString('utf8');
	return { status: 200, headers: { 'Content-Type': 'text/html;charset=UTF-8' }, text };
}

export const contentRoutes: RestRoute[] = [
	{ method: 'GET', path: '/sobjects/ContentNote/:id/Content', handle: read },
];
