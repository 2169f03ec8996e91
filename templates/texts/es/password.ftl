# Una contraseña.

password-guessable = Esta contraseña se adivinaría pronto. Añada una o dos palabras.
password-guessable-common = Mucha gente usa esta contraseña. Elija una propia.
password-guessable-pattern = Las filas de teclas, las repeticiones y las fechas se prueban primero. Añada una o dos palabras.
password-guessable-word = Un nombre o una sola palabra se prueba primero. Añada una o dos palabras más.
password-breached = Esta contraseña se conoce por un ataque a otro servicio. Elija otra.
password-strength-fair = Bastante difícil de adivinar.
password-strength-good = Difícil de adivinar.
password-strength-strong = Muy difícil de adivinar.
