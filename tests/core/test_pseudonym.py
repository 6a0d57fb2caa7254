from sitter import pseudonym
from sitter.pseudonym import asks_for_person, code_fault, looks_like


def all_look_like(what, *texts):
    for text in texts:
        assert looks_like(text) == what, (text, looks_like(text))


def test_codes_in_common_shapes_look_like_nobody():
    all_look_like(None, "KAP-0042", "MD-07", "K-0417", "DR-12", "KAP-2026-014", "KAP-042-0017", "S1-P03", "A-1-2-3")
    all_look_like(None, "KAP-2026-0142", "123-A-456-B-789")
    for code in ("KAP-0042", "MD-07", "kap7", "0042", "KAP-12345", "S1-P03"):
        assert code_fault(code) is None, code


def test_words_of_a_plan_look_like_nobody():
    all_look_like(None, "", "sublingual", "intramuscular", "dawn", "anything", "-", "...", "²²²²")


def test_a_date_is_seen_in_every_order_and_with_every_separator():
    all_look_like("a date", "1984-03-12", "12.03.1984", "12/3/84", "3/12/1984", "12. 3. 1984", "12 03 1984")
    all_look_like("a date", "KAP-12-03-84", "born 12.03.84", "1-12-03-84", "1984-03-12T10:00")


def test_eight_digits_that_read_as_a_date_are_one():
    all_look_like("a date", "19840312", "12031984", "03311984", "KAP19840312")
    all_look_like("a record or phone number", "19841313", "32131984", "21840312")


def test_a_month_may_be_a_word():
    all_look_like("a date", "12-MAR-84", "12mar84", "1 September 05")
    all_look_like(None, "MAR-12", "12-MAX-84", "12-MA-84", "12-ANF-84")


def test_three_numbers_that_are_no_date_are_none():
    all_look_like(None, "1-13-1", "0-12-1")
    all_look_like(
        "a record or phone number", "32-12-84", "31-13-84", "00-12-84", "001-02-84", "01-02-003", "01-02-2100"
    )


def test_a_year_in_which_an_adult_was_born_is_seen():
    all_look_like("a year of birth", "KAP-1984", "AB1900", "2009")
    all_look_like(None, "KAP-1899", "KAP-2010", "KAP-2026", "KAP-01984")


def test_two_words_look_like_a_name():  # REQ-167
    all_look_like("a name", "Anna Berg", "BERG, ANNA", "a.berg", "anna_berg", "A.B.", "Anna  Berg 7", "7 Anna/Berg")


def test_letters_of_other_alphabets_make_names_too():
    all_look_like("a name", "Åsa Öberg", "Анна Берг", "安娜 贝格")


def test_a_title_and_a_word_look_like_a_name():
    all_look_like("a name", "Dr Berg", "Dr-Berg-7", "MRS-B-7", "prof. berg")


def test_words_joined_by_a_hyphen_are_groups_of_a_code():
    all_look_like(None, "KAP-MD-07")


def test_numbers_of_records_insurances_and_phones_are_seen():
    all_look_like("a record or phone number", "KAP-123456", "123-45-6789", "555 867 5309", "(0)171 555-1234")
    all_look_like("a record or phone number", "555-0199", "99-88-77", "12345-6789")
    all_look_like(None, "KAP-12345", "12345", "2026-014")


def test_an_address_of_mail_is_seen():
    all_look_like("an e-mail address", "a.berg@example.org", "@")


def test_a_code_has_letters_digits_and_hyphens_of_ascii():
    for code in ("KAP 42", "KAP_42", "KÄP-42", "KAP-４２", "KAP/42", "KAP²", "KAP-42\n"):
        assert code_fault(code) == "may have only letters, digits and hyphens", code


def test_a_code_has_a_digit_and_no_word():
    assert code_fault("KAP-MD") == "needs a digit"
    assert code_fault("BERG-84") is None
    assert code_fault("BERGS-84") == "more than 4 letters in a row read as a name"


def test_fields_that_ask_for_a_person_are_known_by_their_names():
    for field in ("name", "patient_name", "firstName", "Surname", "initials", "date of birth", "birthday", "dob", "age",
                  "their-age", "MRN", "record_number", "medical record", "ssn", "insurance", "home_address", "phone",
                  "e-mail", "patient"):  # fmt: skip
        assert asks_for_person(field), field
    for field in ("dosage", "stage", "recording", "colour", "weight_kg", "", "route"):
        assert not asks_for_person(field), field


def test_texts_are_found_wherever_they_lie():
    value = {"a": "1", "b": {"c": ["2", {"d": "3"}, 4, None, True]}, "e": {}}
    assert sorted(pseudonym.texts(value)) == [("a", "1"), ("b.c", "2"), ("b.c.d", "3")]


def test_texts_are_found_however_deep():
    value = "bottom"
    for _ in range(20000):
        value = {"k": [value]}
    assert list(pseudonym.texts(value)) == [("k.k.k", "bottom")]


def test_a_text_that_is_much_longer_than_a_code_is_not_read_to_its_end():
    assert looks_like("a" * 62 + " b") == "a name"
    assert looks_like("a" * 4000 + " b") is None
