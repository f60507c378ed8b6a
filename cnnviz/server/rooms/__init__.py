"""The rooms of a class: students' pages follow the teacher's, and all answer one question together."""
