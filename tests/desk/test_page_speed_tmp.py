import time, pytest, cProfile, pstats
from datetime import timedelta
from detainerdesk.desk import page, life
from tests.desk.made import *
from tests.intake.made import Desk, reading
@pytest.mark.django_db
def test_speed():
    desk=Desk()
    n=60
    for i in range(n):
        v={**FORM,"subject_name":f"FICTIONAL, Person {i}","subject_id":f"5551{i:05}","event_no":f"BOS26031{i:05}","file_no":f"A0003{i:05}"}
        desk.gets(f"x{i}".encode(), reading(form(v)), at=CAME+timedelta(seconds=i))
    desk.understands()
    t=time.perf_counter(); life.open_new(BOSTON,NOW); print("open",time.perf_counter()-t)
    t=time.perf_counter(); page.board(BOSTON,"D-4",NOW); print("board first",time.perf_counter()-t)
    pr=cProfile.Profile(); pr.enable()
    t=time.perf_counter(); page.board(BOSTON,"D-4",NOW); print("board again",time.perf_counter()-t)
    pr.disable(); pstats.Stats(pr).sort_stats("cumtime").print_stats(18)
    pr=cProfile.Profile(); pr.enable()
    t=time.perf_counter(); page.request_page(BOSTON,"2026-0001",NOW,"desk_officer","D-4"); print("request",time.perf_counter()-t)
    pr.disable(); pstats.Stats(pr).sort_stats("cumtime").print_stats(25)
