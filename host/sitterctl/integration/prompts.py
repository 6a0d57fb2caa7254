"""What the worksheet asks. Open questions only: none can be answered with yes or no, none supposes how it was, and none
is counted."""

OF_A_MOMENT = "What do you remember of it, if anything?"

# (heading, a line before, the questions)
PROMPTS = (
    (
        "Writing",
        "A page, a line or a single word; whole sentences are not needed.",
        (
            "What comes first when you think back to the session?",
            "Which pictures, sounds, words or feelings return, and which stay away?",
            "What was as you had expected, and what was not?",
            "What has been different since then, and what is just as it was?",
            "What would you like to tell somebody you trust, and what would you rather keep?",
            "What do you want to bring to your next meeting?",
        ),
    ),
    (
        "Quiet attention",
        "A few minutes are plenty. Sit, lie or walk, with your eyes open or closed, and stop whenever you like.",
        (
            "How does your breath move when you leave it as it is?",
            "What can you hear, see and touch, here where you are?",
            "Which places in your body do you notice, and which hardly at all?",
            "What happens to one sound if you follow it until it is gone?",
        ),
    ),
    (
        "Making something",
        "It does not have to be good, and nobody has to see it.",
        (
            "If one of these moments were a colour, a shape or a tone, which would it be?",
            "What could your hands make of it: a drawing, a movement, a tune, something of clay or paper?",
            "Which piece of music would you put beside it?",
            "What would stand in the middle, and what would you leave out?",
            "Where do you want to keep what you made?",
        ),
    ),
)
