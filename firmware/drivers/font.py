"""Letters of 5 x 7 dots. Each glyph is its seven rows from the top, a row's five dots as one digit in base 32.

Drawn for this project. Small letters are shown as capitals; `~` marks a text that was cut.
"""

WIDTH, HEIGHT = 6, 7  # with the gap to the next letter

GLYPHS = {
    " ": "0000000", "A": "EHHVHHH", "B": "UHHUHHU", "C": "EHGGGHE", "D": "UHHHHHU", "E": "VGGUGGV", "F": "VGGUGGG",
    "G": "EHGNHHF", "H": "HHHVHHH", "I": "E44444E", "J": "72222IC", "K": "HIKOKIH", "L": "GGGGGGV", "M": "HRLLHHH",
    "N": "HPLJHHH", "O": "EHHHHHE", "P": "UHHUGGG", "Q": "EHHHLID", "R": "UHHUKIH", "S": "FGGE11U", "T": "V444444",
    "U": "HHHHHHE", "V": "HHHHHA4", "W": "HHHLLLA", "X": "HHA4AHH", "Y": "HHA4444", "Z": "V1248GV",
    "0": "EHJLPHE", "1": "4C4444E", "2": "EH1248V", "3": "V2421HE", "4": "26AIV22", "5": "VGU11HE", "6": "68GUHHE",
    "7": "V124888", "8": "EHHEHHE", "9": "EHHF12C",
    "-": "000E000", "/": "01248G0", ":": "0CC0CC0", ".": "00000CC", "%": "OP248J3", "<": "248G842", ">": "8421248",
    "+": "044V440", ",": "0000C48", "(": "2488842", ")": "8422248", "!": "4444404", "?": "EH12404", "'": "4480000",
    "_": "000000V", "~": "000LL00",
}  # fmt: skip
