/**
 * A record brought into the form in which it is compared, once: comparing two of these costs some
 * microseconds, folding one some tens.
 */
import { foldedAddress, type FoldedAddress } from '../../model/address';
import { canonicalEmail, canonicalPhone } from '../../model/canonical';
import type { AddressItem, CanonicalFields, EmailItem, PhoneItem } from '../../model/fields';
import { birthDigits } from './birth-date';
import { taxIdOf } from './identifiers';
import { personName } from './names';
import { foldCompany } from './organisations';
import type { FoldedProfile, Profile } from './profile';

/** More of each than a person has. */
const MOST = { emails: 12, phones: 12, addresses: 6 } as const;

export function foldProfile({ fields, externalKeys }: Profile): FoldedProfile {
	return { ...foldFields(fields), externalKeys };
}

/** What a new record's fields say is asked for again and again on its way; elsewhere that does not pay. */
const folded = new WeakMap<CanonicalFields, FoldedProfile>();

/** As {@link foldProfile} without external keys. The fields may not be changed in place afterwards. */
export function foldedOnce(fields: CanonicalFields): FoldedProfile {
	let profile = folded.get(fields);
	if (profile === undefined) {
		profile = foldProfile({ fields, externalKeys: {} });
		folded.set(fields, profile);
	}
	return profile;
}

function foldFields(fields: CanonicalFields): Omit<FoldedProfile, 'externalKeys'> {
	return {
		type: typeof fields.type === 'string' ? fields.type : '',
		person: personName(fields),
		name: foldCompany(fields.name),
		companyName: foldCompany(fields.companyName),
		birthDate: birthDigits(fields),
		emails: emailsOf(fields),
		phones: phonesOf(fields),
		addresses: addressesOf(fields),
		taxId: taxIdOf(fields),
	};
}

function emailsOf({ emails }: CanonicalFields): string[] {
	const items = (emails ?? []) as EmailItem[];
	return items.slice(0, MOST.emails).map(({ address }) => canonicalEmail(address));
}

function phonesOf({ phones }: CanonicalFields): string[] {
	const items = (phones ?? []) as PhoneItem[];
	return items.slice(0, MOST.phones).map(({ number }) => canonicalPhone(number));
}

function addressesOf({ addresses }: CanonicalFields): FoldedAddress[] {
	const items = (addresses ?? []) as AddressItem[];
	return items.slice(0, MOST.addresses).map(foldedAddress);
}
