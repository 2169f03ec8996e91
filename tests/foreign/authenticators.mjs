// Browsers with what makes and keeps passkeys: the virtual authenticators of Chromium's developer tools.
import { visit } from './look.mjs';

export const phone = { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
  isUserVerified: true, automaticPresenceSimulation: true, defaultBackupEligibility: true, defaultBackupState: true };
export const stick = { protocol: 'ctap2', transport: 'usb', hasResidentKey: false, hasUserVerification: false, automaticPresenceSimulation: true };

export async function equipped(chrome, look, options) {
  const it = await visit(chrome, look, options);
  const devtools = await it.context.newCDPSession(it.page);
  await devtools.send('WebAuthn.enable', { enableUI: false });
  return {
    ...it,
    plug: async (device) => (await devtools.send('WebAuthn.addVirtualAuthenticator', { options: device })).authenticatorId,
    unplug: (authenticatorId) => devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }),
    keys: async (authenticatorId) => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    // Whether somebody touches it, and whether they are who they should be.
    obey: (authenticatorId, enabled) => devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
    verify: (authenticatorId, isUserVerified) => devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  };
}
