/**
 * The trigger's push endpoint: a signed call that says that something changed makes the trigger read
 * now. No call starts an execution: what changed comes by way of the inbox, as always.
 */
import type {
	IDataObject,
	IHttpRequestMethods,
	INodeProperties,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { MAX_PUSH_BYTES, type Fabric, type PushOutcome } from '../../../lib';
import { credentialTypeOf, type CrmKind } from '../authentication';
import { fabricOf } from '../store';

/**
 * n8n 2.40 hands over a body unread, and so as it was signed, where a node of version 1 has an option of
 * this name (webhook-helpers, parseRequestBody). Malformed JSON would otherwise be answered before this code.
 */
const OPTION = 'binaryData';

export const pushOption: INodeProperties = {
	displayName: 'Accept Signed Push Calls',
	name: OPTION,
	type: 'boolean',
	default: false,
	description:
		'Whether a relay may call this node\'s webhook address when something has changed, so that it is read at once. Set "Push Signing Secret" in the credential. While this is on, a test of the workflow waits for such a call.',
};

/** Without the option there is no method, and n8n registers nothing. */
export const pushWebhook: IWebhookDescription = {
	name: 'default',
	httpMethod:
		`={{ ($parameter["options"] || {})["${OPTION}"] ? "POST" : "" }}` as IHttpRequestMethods,
	responseMode: 'onReceived',
	path: 'push',
	ndvHideUrl: `={{ !($parameter["options"] || {})["${OPTION}"] }}`,
};

/** Who calls is told of the address by a person: there is nothing to register at the CRM. */
const asItIs = async (): Promise<boolean> => await Promise.resolve(true);

export const pushRegistration = { checkExists: asItIs, create: asItIs, delete: asItIs };

export function takesPushes(options: IDataObject): boolean {
	return options[OPTION] === true;
}

const STATUS: Record<PushOutcome, number> = {
	accepted: 202,
	unconfigured: 403,
	malformed: 400,
	late: 401,
	forged: 401,
	replayed: 409,
	busy: 429,
};

const MESSAGE: Record<PushOutcome, string> = {
	accepted: 'It is read now.',
	unconfigured: 'No call is accepted here: set the Push Signing Secret in the credential.',
	malformed: 'The call does not have the form described in docs/push.md.',
	late: 'The timestamp is too far from the time here.',
	forged: 'The signature does not fit the call.',
	replayed: 'A call of this id came before.',
	busy: 'Too many calls came within a few minutes.',
};

/** Answers the call itself; n8n stores no execution for it. */
export async function receivePush(
	context: IWebhookFunctions,
	kind: CrmKind,
): Promise<IWebhookResponseData> {
	const fabric = await fabricOf(context);
	const outcome = await judge(context, kind, fabric);
	const response = context.getResponseObject();
	response.status(STATUS[outcome]).json({ outcome, message: MESSAGE[outcome] });
	return { noWebhookResponse: true };
}

async function judge(
	context: IWebhookFunctions,
	kind: CrmKind,
	fabric: Fabric,
): Promise<PushOutcome> {
	const system = String(context.getNodeParameter('system', kind)).trim();
	const body = await readBody(context);
	if (body === undefined) {
		fabric.pushes.refuse(system, 'malformed');
		return 'malformed';
	}
	const headers = context.getHeaderData();
	const header = (name: string) => {
		const value = headers[name];
		return typeof value === 'string' ? value : undefined;
	};
	return await fabric.pushes.receive({
		system,
		secret: await secretOf(context, kind),
		headers: {
			id: header('webhook-id'),
			timestamp: header('webhook-timestamp'),
			signature: header('webhook-signature'),
		},
		body,
	});
}

/** Empty if it cannot be read: then every call is refused. */
async function secretOf(context: IWebhookFunctions, kind: CrmKind): Promise<string> {
	const { pushSecret } = await context.getCredentials(credentialTypeOf(context, kind));
	return typeof pushSecret === 'string' ? pushSecret : '';
}

/** The bytes as they came; undefined if they are too many, of unknown number, or packed. */
async function readBody(context: IWebhookFunctions): Promise<Buffer | undefined> {
	const { 'content-length': length, 'content-encoding': encoding } = context.getHeaderData();
	const bytes = Number(length);
	const isPlain = encoding === undefined || encoding === 'identity';
	if (typeof length !== 'string' || !isPlain || !(bytes <= MAX_PUSH_BYTES)) return undefined;
	const request = context.getRequestObject();
	try {
		await request.readRawBody();
	} catch {
		return undefined;
	}
	return Buffer.isBuffer(request.rawBody) ? request.rawBody : Buffer.alloc(0);
}
