/** A record in the form in which it is compared; made once by fold-profile.ts. */
import type { FoldedAddress } from '../../model/address';
import type { CanonicalFields } from '../../model/fields';
import type { PersonName } from './names';

/** What is known of one record. */
export interface Profile {
	fields: CanonicalFields;
	/** Issuer -> key. */
	externalKeys: Record<string, string>;
}

/** Empty texts and lists: not said. */
export interface FoldedProfile {
	type: string;
	person: PersonName;
	/** Of an organisation, trust or household. */
	name: string;
	companyName: string;
	/** YYYYMMDD */
	birthDate: string;
	emails: string[];
	phones: string[];
	addresses: FoldedAddress[];
	taxId: string;
	externalKeys: Record<string, string>;
}
