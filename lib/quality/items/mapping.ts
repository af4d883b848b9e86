/** Which key of a plain item holds which field of a contact. */
import { ADDRESS_PARTS, isRuleField } from '../leaves';
import { SCALAR_FIELDS } from '../../model/fields';

/** A whole name in one key; it is read in its parts. */
export const FULL_NAME = 'fullName';

export interface KeyMapping {
	/** Of the item; a path with dots where there is no key of that very name. */
	key: string;
	/** As rules name it (`lastName`, `emails`, `addresses.state`, `custom.tier`), or `fullName`. */
	field: string;
}

/** What lists from CRMs, shops and spreadsheets call the fields; letters and digits only. */
const WORDS: Record<string, string> = {
	prefix: 'prefix title salutation nameprefix honorific',
	firstName: 'firstname first givenname forename fname',
	middleName: 'middlename middle middleinitial mname',
	lastName: 'lastname last surname familyname lname',
	suffix: 'suffix namesuffix generation',
	nickname: 'nickname preferredname goesby',
	[FULL_NAME]: 'fullname name contactname clientname displayname',
	companyName: 'companyname company organization organisation employer account accountname',
	jobTitle: 'jobtitle position role occupation',
	birthDate: 'birthdate dateofbirth dob birthday birth',
	taxId: 'taxid ssn socsecid socialsecuritynumber tin ein',
	emails:
		'email emails emailaddress emailaddresses mail workemail homeemail personalemail email1 email2 email3 secondaryemail otheremail primaryemail',
	phones:
		'phone phones phonenumber phonenumbers telephone tel mobile mobilephone cell cellphone homephone workphone otherphone phone1 phone2 phone3',
	'addresses.street':
		'street address address1 addressline1 streetaddress streetline1 mailingstreet',
	'addresses.street2': 'street2 address2 addressline2 streetline2 apartment unit',
	'addresses.city': 'city town suburb mailingcity',
	'addresses.state': 'state province region stateprovince mailingstate',
	'addresses.postalCode': 'postalcode zip zipcode postcode mailingpostalcode',
	'addresses.country': 'country countrycode mailingcountry',
	status: 'status',
	category: 'category clienttype',
	tags: 'tags labels',
};

const FIELD_OF = new Map(
	Object.entries(WORDS).flatMap(([field, words]) => words.split(' ').map((word) => [word, field])),
);

/** What the keys of an item probably hold; keys that say nothing are left out. */
export function guessMapping(keys: readonly string[]): KeyMapping[] {
	const found = keys.flatMap((key): KeyMapping[] => {
		const field = fieldOf(key);
		return field === undefined ? [] : [{ key, field }];
	});
	const hasParts = found.some(({ field }) => field === 'lastName');
	return found.filter(({ field }) => field !== FULL_NAME || !hasParts);
}

function fieldOf(key: string): string | undefined {
	const exact = [...SCALAR_FIELDS, 'emails', 'phones', 'addresses', 'tags'].find(
		(one) => one === key,
	);
	if (exact !== undefined && exact !== 'name' && exact !== 'type') return exact;
	return FIELD_OF.get(key.toLowerCase().replace(/[^a-z0-9]/g, ''));
}

export function isMappable(field: string): boolean {
	return field === FULL_NAME || isRuleField(field);
}

/** Every field that a key may be mapped to, in the order of a contact. */
export const MAPPABLE_FIELDS: readonly string[] = [
	FULL_NAME,
	...SCALAR_FIELDS,
	'emails',
	'phones',
	...ADDRESS_PARTS.map((part) => `addresses.${part}`),
	'tags',
];
