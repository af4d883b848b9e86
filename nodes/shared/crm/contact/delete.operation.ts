import { type ContactOperation } from '../crm';
import { shownFor } from '../../shown-for';
import { contactLocator, contactOptions } from '../panel';
import { contactIdOf } from './contact-id';

export const remove: ContactOperation = {
	description: (crm) => shownFor('contact', ['delete'], [contactLocator, contactOptions(crm)]),

	async execute(call) {
		await call.crm.connector.contacts.delete(call.context, contactIdOf(call));
		return { deleted: true };
	},
};
