/** A call that is answered whatever the status, for log-ins that read refusals themselves. */
import type { IHttpRequestHelper, IHttpRequestOptions } from 'n8n-workflow';
import { propertyOf } from './session';

const TIMEOUT_MS = 30_000;

export interface Answer {
	status: number;
	body: unknown;
}

/** Undefined if no answer came. */
export async function answerTo(
	http: IHttpRequestHelper,
	request: IHttpRequestOptions,
): Promise<Answer | undefined> {
	const answer: unknown = await http.helpers
		.httpRequest({
			...request,
			timeout: TIMEOUT_MS,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
		})
		.catch(() => undefined);
	if (answer === undefined) return undefined;
	return { status: Number(propertyOf(answer, 'statusCode')), body: propertyOf(answer, 'body') };
}
