# Una contraseña.

password-guessable = Esta contraseña se adivinaría enseguida. Añada una o dos palabras.
password-guessable-common = Mucha gente usa esta contraseña. Elija una que sea solo suya.
password-guessable-pattern = Las filas de teclas, las repeticiones y las fechas se prueban primero. Añada una o dos palabras.
password-guessable-word = Los nombres y las palabras sueltas se prueban primero. Añada una o dos palabras más.
password-breached = Esta contraseña se filtró en un ataque a otro servicio. Elija otra.
password-strength-fair = Lo bastante difícil de adivinar.
password-strength-good = Difícil de adivinar.
password-strength-strong = Muy difícil de adivinar.
