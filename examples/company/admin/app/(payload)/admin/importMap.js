import { SignOut as SignOut_14a8a37291e1a848c21232abcdecf865 } from '../../../sso/SignOut'
import { CollectionCards as CollectionCards_f9c02e79a4aed9a3924487c0cd4cafb1 } from '@payloadcms/next/rsc'

/** @type import('payload').ImportMap */
export const importMap = {
  "/sso/SignOut#SignOut": SignOut_14a8a37291e1a848c21232abcdecf865,
  "@payloadcms/next/rsc#CollectionCards": CollectionCards_f9c02e79a4aed9a3924487c0cd4cafb1
}
