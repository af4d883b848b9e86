/** What goes wrong between the fabric and PostgreSQL: in words, and whether a repetition may help. */
import { ConfigurationFailure } from '../../model/failures';

/** The server could not be reached, or did not let us in, while the fabric was at work. */
class PostgresUnavailable extends Error {
	override readonly name = 'PostgresUnavailable';
}

interface Problem {
	is: string;
	hint: string;
}

const UNREACHABLE: Problem = {
	is: 'the server cannot be reached',
	hint: 'Check host and port, and that PostgreSQL runs and listens there. From a container, localhost is the container itself.',
};
const REFUSED: Problem = {
	is: 'the server did not accept user and password',
	hint: 'Check user and password in the CRM Fabric Store credential.',
};
const CERTIFICATE: Problem = {
	is: "the server's certificate is not trusted",
	hint: 'Give the certificate of the authority that signed it, or choose SSL without verification.',
};

/** By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html) or system error code. */
const PROBLEMS: Record<string, Problem> = {
	ECONNREFUSED: UNREACHABLE,
	ENOTFOUND: { ...UNREACHABLE, is: "the server's name is not known" },
	EAI_AGAIN: { ...UNREACHABLE, is: "the server's name could not be looked up" },
	ETIMEDOUT: { ...UNREACHABLE, is: 'the server did not answer in time' },
	EHOSTUNREACH: UNREACHABLE,
	ENETUNREACH: UNREACHABLE,
	ENOENT: { ...UNREACHABLE, is: 'there is no such Unix socket' },
	'28P01': REFUSED,
	'28000': {
		is: 'the server does not let this user in from here',
		hint: 'Check the user, and the rules for clients (pg_hba.conf) of the server; it may ask for SSL.',
	},
	'3D000': {
		is: 'there is no such database',
		hint: 'Create the database first, or correct its name.',
	},
	'42501': {
		is: 'the user lacks a right',
		hint: 'Let the user create a schema in the database, or create the schema and make the user its owner.',
	},
	'53300': {
		is: 'the server has no connection left',
		hint: 'Raise max_connections of the server, or close other clients.',
	},
	DEPTH_ZERO_SELF_SIGNED_CERT: CERTIFICATE,
	SELF_SIGNED_CERT_IN_CHAIN: CERTIFICATE,
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: CERTIFICATE,
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CERTIFICATE,
	CERT_HAS_EXPIRED: CERTIFICATE,
	ERR_TLS_CERT_ALTNAME_INVALID: CERTIFICATE,
};

const OTHER_HINT = 'Check the CRM Fabric Store credential and the log of the PostgreSQL server.';

export function codeOf(error: unknown): string {
	if (typeof error !== 'object' || error === null) return '';
	return 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
	if (typeof error !== 'object' || error === null) return String(error);
	return 'message' in error ? String(error.message) : '';
}

function problemOf(error: unknown): Problem {
	const known = PROBLEMS[codeOf(error)];
	if (known !== undefined) return known;
	const message = messageOf(error);
	if (/timeout/i.test(message)) return { ...UNREACHABLE, is: 'the server did not answer in time' };
	if (/does not support SSL/i.test(message)) {
		return {
			is: 'the server does not speak SSL',
			hint: 'Choose the SSL mode "disable", or switch SSL on at the server.',
		};
	}
	if (/password/i.test(message)) return REFUSED;
	return { is: message, hint: OTHER_HINT };
}

/** `name` tells the store without its password. */
export function cannotOpen(name: string, error: unknown): ConfigurationFailure {
	if (error instanceof ConfigurationFailure) return error;
	const { is, hint } = problemOf(error);
	return new ConfigurationFailure(`The store ${name} cannot be opened: ${is}.`, hint);
}

export function cannotConnect(name: string, error: unknown): PostgresUnavailable {
	const message = `The store ${name} does not answer: ${problemOf(error).is}.`;
	return new PostgresUnavailable(message, { cause: error });
}

const TRANSIENT = new Set([
	'40001', // serialization failure
	'40P01', // deadlock
	'25P03', // idle in transaction for too long
	'57P01', // the server is shut down
	'57P02',
	'57P03', // the server is starting
	'53300', // no connection left
	'ECONNRESET',
	'ECONNREFUSED',
	'EPIPE',
	'ETIMEDOUT',
]);
const LOST = /connection terminated|connection error|server closed the connection|not queryable/i;

/** A plan prepared before the tables changed (another process migrated them). */
export function isStalePlan(error: unknown): boolean {
	return codeOf(error) === '0A000' && messageOf(error).startsWith('cached plan');
}

/** True if the transaction has had no effect and the same work may well succeed a moment later. */
export function isTransient(error: unknown): boolean {
	if (error instanceof PostgresUnavailable) return isTransient(error.cause);
	const code = codeOf(error);
	if (TRANSIENT.has(code) || code.startsWith('08') || isStalePlan(error)) return true;
	return code === '' && LOST.test(messageOf(error));
}
