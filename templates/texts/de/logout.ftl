# Abmelden.

logout-heading = Abmelden?
logout-lead = Damit endet Ihre Sitzung in diesem Browser.
logout-lead-app = { $app } möchte Sie abmelden. Damit endet Ihre Sitzung in diesem Browser.
logout-stay = Angemeldet bleiben
logout-stayed-title = Weiterhin angemeldet
logout-stayed = Sie sind weiterhin angemeldet
logout-stayed-lead = Es hat sich nichts geändert. Sie können dieses Fenster schließen.
logout-done-title = Abgemeldet
logout-done = Sie sind abgemeldet
logout-done-lead = Ihre Sitzung in diesem Browser ist beendet. Schließen Sie auf einem gemeinsam genutzten Computer auch alle Browserfenster.
logout-again = Wieder anmelden
