/** E-mail addresses and phone numbers. */
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import { editDistance } from '../../identity/compare/text';
import { canonicalText } from '../../model/canonical-text';
import { doubtful, HOME, normalised, type Normalised, type NormaliseOptions } from './normalised';

/** Providers that private persons use; a domain one slip away from one of these is a slip. */
const PROVIDERS = [
	...['gmail.com', 'googlemail.com', 'yahoo.com', 'ymail.com', 'hotmail.com', 'outlook.com'],
	...['icloud.com', 'comcast.net', 'verizon.net', 'sbcglobal.net', 'bellsouth.net', 'charter.net'],
	...['protonmail.com', 'earthlink.net', 'roadrunner.com', 'optonline.net', 'rocketmail.com'],
];
/** Real, and one slip away from those. */
const REAL = new Set([
	'mail.com',
	'email.com',
	'hotmail.co',
	'outlook.co',
	'yahoo.ca',
	'yahoo.co',
	'charter.com',
]);
/** Slips of com, net and org that are no top-level domains. */
const ENDINGS = new Map(
	Object.entries({
		con: 'com',
		cmo: 'com',
		ocm: 'com',
		comm: 'com',
		vom: 'com',
		xom: 'com',
		coom: 'com',
		nte: 'net',
		nett: 'net',
		ogr: 'org',
		orgg: 'org',
	}),
);

/** Local part as most providers allow it (RFC 5322 dot-atom, or any letter beyond ASCII), then a host. */
const ADDRESS =
	/^[\p{Letter}\p{Number}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{Letter}\p{Number}!#$%&'*+/=?^_`{|}~-]+)*@(?:[\p{Letter}\p{Number}](?:[\p{Letter}\p{Number}-]{0,61}[\p{Letter}\p{Number}])?\.)+[\p{Letter}]{2,63}$/u;
const MAX_ADDRESS = 320;

/** Trimmed and in small letters, without `mailto:`. An obvious slip is told, not repaired. */
export function normaliseEmail(value: string): Normalised {
	const address = canonicalText(value)
		.replace(/^mailto:/i, '')
		.toLowerCase();
	if (address === '') return normalised(value, address);
	const problem = slipIn(address);
	return normalised(value, address, problem);
}

function slipIn(address: string): Normalised['problem'] {
	const [, domain = '', ...more] = address.split('@');
	if (domain === '') return { code: 'email-at', message: 'has no @ with a domain behind it' };
	if (more.length > 0) return { code: 'email-at', message: 'has more than one @' };
	const mended = address
		.replace(/\s+/g, '')
		.replace(/,/g, '.')
		.replace(/\.{2,}/g, '.')
		.replace(/\.$/, '');
	if (mended !== address && ADDRESS.test(mended)) {
		return {
			code: 'email-typing',
			message: 'has a blank, comma or dot too many',
			suggestion: mended,
		};
	}
	if (address.length > MAX_ADDRESS || !ADDRESS.test(address)) {
		return { code: 'email-format', message: 'is no e-mail address' };
	}
	const meant = domainMeant(domain);
	if (meant === undefined) return undefined;
	const suggestion = `${address.slice(0, address.indexOf('@'))}@${meant}`;
	return { code: 'email-domain', message: 'has a domain that looks mistyped', suggestion };
}

function domainMeant(domain: string): string | undefined {
	if (PROVIDERS.includes(domain) || REAL.has(domain)) return undefined;
	const near = PROVIDERS.find((one) => editDistance(one, domain) === 1);
	if (near !== undefined) return near;
	const dot = domain.lastIndexOf('.');
	const ending = ENDINGS.get(domain.slice(dot + 1));
	return ending === undefined ? undefined : `${domain.slice(0, dot)}.${ending}`;
}

/** E.164 (`+12075550148`), an extension behind ` ext. `. What can be no number of its country is told. */
export function normalisePhone(
	value: string,
	{ country = HOME }: NormaliseOptions = {},
): Normalised {
	const text = canonicalText(value);
	if (text === '') return normalised(value, text);
	const home = isSupportedCountry(country) ? country : HOME;
	const parsed = parsePhoneNumberFromString(text, home);
	if (parsed === undefined || !parsed.isPossible()) {
		return doubtful(
			value,
			'phone-format',
			`is no phone number of ${home}, nor one with a country code`,
		);
	}
	const number = parsed.ext === undefined ? parsed.number : `${parsed.number} ext. ${parsed.ext}`;
	if (parsed.isValid()) return normalised(value, number);
	const message = 'has an area code or length that is not in use';
	return doubtful(value, 'phone-unassigned', message, number);
}
