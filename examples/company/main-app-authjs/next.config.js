export default {
  poweredByHeader: false,
  // This folder is the whole application, whatever lock files lie above it.
  turbopack: { root: import.meta.dirname },
};
