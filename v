key,provider,category,title_en,credit,problem
bad,nobody,HOBBIES,Bad,1,row 2: provider 'nobody': there is no organization of this key; add it to the city's file and apply that first
