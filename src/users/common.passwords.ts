/**
 * The passwords that are tried first, from public lists of those that leaked most often, and keyboards from left to right.
 *
 * Long ones are here as they stand. Short ones could not be chosen anyway; they are here because people make long ones of them,
 * such as "password12345678". A service that is open to the world asks a larger list besides, such as that of Have I Been Pwned.
 */
export const COMMON_PASSWORDS: readonly string[] = `
  correct horse battery staple|correcthorsebatterystaple|tobeornottobe|thequickbrownfox|letmeinplease|ihavenopassword
  1q2w3e4r5t6y7u8i9o0p|1qaz2wsx3edc4rfv5tgb|qazwsxedcrfvtgb|zaq12wsxcde34rfv|1q2w3e4r5t|1qaz2wsx|q1w2e3r4|1q2w3e|zaq12wsx|qazwsx
  qwertyuiopasdfghjklzxcvbnm|qwertyuiop|asdfghjkl|zxcvbnm|qwertzuiop|azertyuiop|qwerty|qwertz|azerty|asdfgh|asdf|zxcvb
  abcdefghijklmnopqrstuvwxyz|abcdefgh|abcdef|abcd|abc|aaa
  01234567890|12345678901234567890|1234567890|0123456789|0987654321|987654321|123456789|12345678|87654321|1234567|7654321|123456|654321
  123123|112233|121212|123321|12345|54321|1234|4321|123|321|2020|2021|2022|2023|2024|2025|2026|2027
  password|passw0rd|p@ssw0rd|p@ssword|pa55word|passwort|motdepasse|contraseña|senha|wachtwoord|passphrase|secret|geheim
  iloveyou|ilovegod|loveme|lovely|letmein|welcome|hello|changeme|trustno1|whatever|nothing|default|administrator|admin|login|guest|user|root|test
  princess|sunshine|monkey|dragon|shadow|master|superman|batman|spiderman|starwars|pokemon|naruto|minecraft|football|baseball|basketball|soccer
  liverpool|arsenal|chelsea|barcelona|juventus|michael|jessica|ashley|daniel|jordan|charlie|thomas|robert|nicole|hannah|jennifer|anthony|andrea
  computer|internet|google|samsung|freedom|mustang|ferrari|mercedes|cheese|pepper|ginger|cookie|chocolate|flower|butterfly|purple|orange|banana
  summer|winter|spring|autumn|january|monday|friday|family|friends|forever|babygirl|angel|killer|hunter|ranger|tigger|buster|jesus|access|matrix
  redis|nestjs|session
`
  .split(/\||\n/)
  .map((word) => word.trim())
  .filter(Boolean)
  // The longest first, so that what is made of a long one does not count as a short one and a rest.
  .toSorted((one, other) => other.length - one.length);
